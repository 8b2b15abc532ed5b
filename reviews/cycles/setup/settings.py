"""What an owner sets on a cycle, as one value: what the form gives, the service saves and a second owner compares."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from reviews.display.formatting import moment


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    name: str
    time_zone: str
    #: Public ids of ladder versions.
    ladders: tuple[str, ...]
    #: Instants, in any zone.
    evidence_due: datetime | None
    rating_due: datetime | None
    calibration_due: datetime | None
    #: Units whose people may start a packet; empty for everybody.
    units: tuple[str, ...]
    peers_min: int
    peers_max: int
    partly_allowed: int
    #: Category -> {"word": ..., "hint": ...}.
    scale: Mapping[str, Mapping[str, str]]

    def in_words(self, ladder_names: Mapping[str, str]) -> dict[str, str]:
        """Each setting under its name as a reader would say it, to lay two versions side by side."""
        return {
            "name": self.name,
            "time_zone": self.time_zone,
            "ladders": "; ".join(ladder_names[v] for v in sorted(self.ladders)) or "none",
            "evidence_due": _deadline(self.evidence_due, self.time_zone),
            "rating_due": _deadline(self.rating_due, self.time_zone),
            "calibration_due": _deadline(self.calibration_due, self.time_zone),
            "units": "; ".join(sorted(self.units)) or "everybody",
            "peers_min": str(self.peers_min),
            "peers_max": str(self.peers_max),
            "partly_allowed": str(self.partly_allowed),
            **{
                category: f"{wording['word']}: {wording['hint']}"
                for category, wording in self.scale.items()
            },
        }


def _deadline(at: datetime | None, zone: str) -> str:
    return moment(at, zone) if at else "open"
