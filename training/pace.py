"""How far the host may run ahead of the device that it gives work to."""

from collections import deque

import torch

STEPS_AHEAD = 3


class Pace:
    """Lets at most STEPS_AHEAD steps wait for a GPU; a CPU has done a step when the call returns.

    The host only asks for a step and goes on. Without a bound its clock, by which a run ends and its learning rate falls,
    would tell of steps that are yet to be done, and a stop would be heard long before it could be obeyed.
    """

    def __init__(self, device: torch.device) -> None:
        self._asynchronous = device.type == "cuda"
        self._queued: deque[torch.cuda.Event] = deque()

    def keep(self) -> None:
        """A step was asked for: wait until no more than STEPS_AHEAD are left to do."""
        if not self._asynchronous:
            return
        event = torch.cuda.Event(blocking=True)  # waits asleep, and leaves the core to the page
        event.record()
        self._queued.append(event)
        if len(self._queued) > STEPS_AHEAD:
            self._queued.popleft().synchronize()
