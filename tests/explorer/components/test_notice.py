"""Sentences on the page are text, whatever stands in them."""

import pytest

from explorer.components import refusal


@pytest.mark.parametrize(
    ("sentence", "shown"),
    [
        ("The run <img src=x onerror=alert(1)> is there.", "The run &lt;img src=x onerror=alert(1)> is there."),
        ("</div><!-- and <?", "&lt;/div>&lt;!-- and &lt;?"),
        ("The run &lt;b> is &#60;b>.", "The run &amp;lt;b> is &amp;#60;b>."),
        ("The setting noise is 'R&D', but 0 < x <= 3 was expected.", None),
    ],
)
def test_security_gradios_notice_holds_no_markup(sentence: str, shown: str | None) -> None:
    error = refusal(sentence, duration=12)
    assert (error.message, error.duration, error.print_exception) == (shown or sentence, 12, False)
