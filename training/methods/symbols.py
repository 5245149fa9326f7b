"""Symbols that mean the same in the formulas of several methods, as their cards explain them."""

from collections.abc import Mapping

TEMPERATURE: Mapping[str, str] = {r"\tau": "the temperature: lower puts more weight on the nearest wrong answers"}
STOP_GRADIENT: Mapping[str, str] = {
    r"\mathrm{sg}": "stop-gradient: what stands in it counts as given, and nothing is learned through it"
}
