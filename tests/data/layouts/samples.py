"""Small files in the exact form of each layout: what the user calls them, and their bytes."""

from __future__ import annotations

import gzip
import random
from collections.abc import Callable

from tests.data.layouts.log_samples import (
    ROWS,
    Named,
    amazon_2014,
    amazon_2018,
    amazon_2023,
    amazon_2023_csv,
    events,
    interactions_csv,
    lines_of,
    movielens_1m,
    movielens_10m,
    movielens_100k,
    movielens_csv,
    movielens_sample,
    taobao,
    taobao_named,
    typed_log,
)


def typed_impressions() -> Named:
    rows = [f"{user}\t{item}\t{row % 2}.0" for row, (user, item, _, _) in enumerate(events())]
    header = "user_id:token\titem_id:token\tlabel:float"
    return {f"x.{part}.inter": lines_of([header, *rows]) for part in ("train", "valid", "test")}


def _criteo_rows(delimiter: str) -> list[str]:
    chance = random.Random(1)
    rows = []
    for row in range(ROWS):
        numbers = ["" if chance.random() < 0.3 else str(chance.randint(-2, 900)) for _ in range(13)]
        hashes = ["" if chance.random() < 0.1 else f"{chance.randrange(2**32):08x}" for _ in range(26)]
        rows.append(delimiter.join([str(row % 2), *numbers, *hashes]))
    return rows


def criteo() -> Named:
    return {"train.txt": lines_of(_criteo_rows("\t"))}


def criteo_named() -> Named:
    header = ",".join(["label", *(f"I{k}" for k in range(1, 14)), *(f"C{k}" for k in range(1, 27))])
    return {f"{part}.csv": lines_of([header, *_criteo_rows(",")]) for part in ("train", "valid", "test")}


def avazu() -> Named:
    header = (
        "id,click,hour,C1,banner_pos,site_id,site_domain,site_category,app_id,app_domain,app_category,device_id,"
        "device_ip,device_model,device_type,device_conn_type,C14,C15,C16,C17,C18,C19,C20,C21"
    )
    middle = "1005,0,1fbe01fe,f3845767,28905ebd,ecad2386,7801e8d9,07d7df22,a99f214a"
    end = "44956a24,1,2,15706,320,50,1722,0,35,-1,79"
    rows = [f"{10**18 + row},{row % 2},141021{row % 24:02d},{middle},ddd2{row:04d},{end}" for row in range(ROWS)]
    return {
        "train.csv": lines_of([header, *rows]),
        "test.csv": lines_of([header.replace("click,", ""), "1,14103100,2"]),
    }


def ali_ccp() -> Named:
    names = "click,purchase,101,121,122,124,125,126,127,128,129,205,206,207,216,508,509,702,853,301,D109_14,999"
    rows = [
        ",".join(
            map(
                str,
                [
                    row % 2,
                    0,
                    u,
                    *range(9),
                    i,
                    *range(8),
                    0.5 + row,
                    3,
                ][:22],
            )
        )
        for row, (u, i, _, _) in enumerate(events())
    ]
    return {f"ali_ccp_{part}.csv": lines_of([names, *rows]) for part in ("train", "val", "test")}


def libsvm() -> Named:
    chance = random.Random(2)
    rows = []
    for row in range(ROWS):
        indices = sorted(chance.sample(range(3, 30), chance.randint(1, 6)))
        rows.append(f"{'+1' if row % 2 else '-1'} 1:{chance.random():.3f} " + " ".join(f"{i}:1" for i in indices))
    return {"a9a.txt": lines_of(rows)}


def libfm_frappe() -> Named:
    rows = [
        f"{1 if row % 2 else -1} {u}:1 {957 + i}:1 "
        + " ".join(f"{5000 + 10 * place + row % (place + 1)}:1" for place in range(8))
        for row, (u, i, _, _) in enumerate(events())
    ]
    return {f"frappe.{part}.libfm": lines_of(rows) for part in ("train", "validation", "test")}


def libffm() -> Named:
    chance = random.Random(3)
    rows = []
    for row, (user, item, _, _) in enumerate(events()):
        tags = " ".join(f"3:{tag}:1" for tag in chance.sample(range(40, 60), 1 + row % 3))
        rows.append(f"{row % 2} 0:{user}:1 1:{10 + item}:1 2:30:{chance.random():.4f} {tags}")
    return {"train.ffm": lines_of(rows)}


def interactions_labels() -> Named:
    rows = [f"{user},{item},{rating > 3:d}" for user, item, rating, _ in events()]
    return {"clicks.csv": lines_of(["user_id,item_id,label", *rows])}


def given_parts() -> Named:
    chance = random.Random(4)
    header = "label,user_id,item_id,cate_id,item_history,cate_history,tags"
    rows = []
    for row, (user, item, _, _) in enumerate(events()):
        past = [chance.randint(1, 6) for _ in range(1 + row % 4)]
        cates = "^".join(f"c{one % 3}" for one in past)
        tags = "^".join(chance.sample("abcdef", 1 + row % 2))
        rows.append(f"{row % 2},{user},{item},c{item % 3},{'^'.join(map(str, past))},{cates},{tags}")
    return {f"{part}.csv": lines_of([header, *rows]) for part in ("train", "valid", "test")}


def ordinary() -> dict[str, Named]:
    """Files of no layout."""
    clicks = "".join(f"{row % 2},{row % 7},{row % 5},{row}.5\n" for row in range(ROWS))
    avazu_rows = avazu()["train.csv"].replace(b",141021", b",")
    return {
        "hours of the day": {"avazu.csv": avazu_rows},
        "clicks": {"clicks.csv": ("click,user_id,item_id,price\n" + clicks).encode()},
        "with a time": {"rows.csv": ("label,user_id,item_id,timestamp,age\n" + clicks.replace("\n", ",9\n")).encode()},
        "no names": {"numbers.csv": clicks.encode()},
        "train without label": {"train.csv": b"a,b,c\n1,2,3\n", "test.csv": b"a,b,c\n1,2,3\n"},
        "other columns": {"train.csv": b"label,a,b\n1,2,3\n", "test.csv": b"label,a,c\n1,2,3\n"},
        "json": {"events.jsonl": b'{"user_id": 1, "item_id": 2, "click": 1}\n' * 5},
        "text": {"notes.txt": b"It is 10:30 now\nand later 11:15\n"},
        "times": {"times.csv": b"1 10:30\n2 11:30:15\n3\n"},
        "nothing": {"empty.csv": b"", "blank.csv": b"\n\n"},
        "binary": {"image.png": b"\x89PNG\r\n\x1a\n" + bytes(100), "noise.bin": bytes(range(256)) * 9},
        "parquet": {"broken.parquet": b"PAR1" + bytes(50)},
        "damaged gzip": {"train.csv.gz": gzip.compress(clicks.encode())[:40]},
    }


SAMPLES: dict[str, tuple[str, Callable[[], Named]]] = {
    make.__name__: (layout, make)
    for layout, makers in {
        "movielens_100k": [movielens_100k],
        "movielens_1m": [movielens_1m, movielens_10m],
        "movielens_csv": [movielens_csv],
        "movielens_sample": [movielens_sample],
        "typed_tables": [typed_log, typed_impressions],
        "criteo": [criteo, criteo_named],
        "avazu": [avazu],
        "amazon_2018": [amazon_2018, amazon_2014],
        "amazon_2023": [amazon_2023, amazon_2023_csv],
        "taobao": [taobao, taobao_named],
        "ali_ccp": [ali_ccp],
        "libsvm": [libsvm, libfm_frappe],
        "libffm": [libffm],
        "interactions_csv": [interactions_csv, interactions_labels],
        "given_parts": [given_parts],
    }.items()
    for make in makers
}
