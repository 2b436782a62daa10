"""Avazu's mobile advertisements.

Source: the data description of Avazu's Kaggle challenge (2014).
"""

from __future__ import annotations

import re

import pandas as pd

from ctrcore.data.layouts.heads import Files, Head
from ctrcore.data.layouts.layout import Layout, given_parts, is_large, left_out, list_names, with_parts
from ctrcore.data.layouts.plan import Hints, Part, Plan
from ctrcore.schema import Column

NAMED = (
    "banner_pos", "site_id", "site_domain", "site_category", "app_id", "app_domain", "app_category", "device_id",
    "device_ip", "device_model", "device_type", "device_conn_type",
)  # fmt: skip
HIDDEN = ("C1", *(f"C{number}" for number in range(14, 22)))
NEEDED = {"click", "hour", "C1", "banner_pos", "site_id", "app_id", "device_ip", "C14"}
HOUR = re.compile(r"\d{8}")
CODES = "Its numbers and hashes are names: 7 is not more than 3."
RARE = " Values seen in fewer than 10 training rows count as unknown: there are too many of them to learn each."
NOTES = (
    "No column is taken for the user: one value of device_id stands for all devices that are not known, which are most "
    "rows, and an address (device_ip) is shared by many people.",
    "The hour is split into the hour of the day and the weekday, because an hour of the past never comes again.",
)


def recognise(files: Files) -> Plan | None:
    """A table with Avazu's column names."""
    heads = files.all(_fits)
    if not heads:
        return None
    parts = given_parts(heads)
    rows = parts["train"]
    like = Part(rows.path, tidy=with_hours)
    plan = Plan(
        layout="avazu",
        title="Avazu mobile advertising",
        why=f"{list_names([rows])} has the columns click, hour, banner_pos, site_id, app_id, device_ip and C14.",
        rows=like,
        hints=Hints(
            label="click",
            time="hour",
            columns=_columns(is_large(rows)),
            notes=(*NOTES, *left_out(heads, list(parts.values()))),
        ),
    )
    return with_parts(plan, parts, like)


def _fits(head: Head) -> bool:
    hours = head.column("hour") if set(head.names) >= NEEDED else []
    return bool(hours) and all(HOUR.fullmatch(cell) for cell in hours)


def with_hours(frame: pd.DataFrame) -> pd.DataFrame:
    """YYMMDDHH as a date, with the hour of the day and the weekday (0 is Monday) beside it."""
    written = pd.to_numeric(frame["hour"], errors="coerce").astype("Int64").astype("string").str.zfill(8)
    time = pd.to_datetime(written, format="%y%m%d%H", errors="coerce").astype("datetime64[ms]")
    return frame.assign(
        hour=time, hour_of_day=time.dt.hour.astype("float64"), weekday=time.dt.day_of_week.astype("float64")
    )


def _columns(large: bool) -> tuple[Column, ...]:
    least, why = (10, CODES + RARE) if large else (1, CODES)
    return (
        Column(name="id", kind="ignore", reason="It numbers the rows."),
        Column(name="click", kind="ignore", reason="It says whether the advertisement was clicked."),
        Column(name="hour", kind="ignore", reason="It orders the rows, by the hour in which they were shown."),
        Column(name="hour_of_day", kind="categorical", reason="It is the hour of the day, from 0 to 23 (UTC)."),
        Column(name="weekday", kind="categorical", reason="It is the day of the week; 0 is Monday."),
        *(Column(name=name, kind="categorical", min_count=least, reason=why) for name in (*NAMED, *HIDDEN)),
    )


LAYOUTS = {
    "avazu": Layout(
        "Avazu mobile advertising",
        "Advertisements shown on phones over ten days, with the site, the app and the device.",
        recognise,
    )
}
