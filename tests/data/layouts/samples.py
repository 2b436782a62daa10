"""Small files in the exact form of each layout: what the user calls them, and their bytes."""

from __future__ import annotations

import gzip
import json
import random
from collections.abc import Callable

Named = dict[str, bytes]
ROWS = 60
START = 880_000_000


def _lines(lines: list[str], encoding: str = "utf-8") -> bytes:
    return "".join(line + "\n" for line in lines).encode(encoding)


def _events(seed: int = 0) -> list[tuple[int, int, int, int]]:
    """User, item, rating and time."""
    chance = random.Random(seed)
    return [(chance.randint(1, 9), chance.randint(1, 6), 1 + row % 5, START + row * 37) for row in range(ROWS)]


FLAGS = ["0|0|0|1|1|1" + "|0" * 13, "0|1|1" + "|0" * 16, "1" + "|0" * 18]
FILMS = ["Toy Story (1995)", "Œdipe: la cité (1967)", "unknown", "Misérables, Les (1995)", "M (1931)", "Se7en (1995)"]


def movielens_100k() -> Named:
    films = [
        f"{item}|{title.replace('Œ', 'O')}|{'' if title == 'unknown' else '01-Jan-1995'}||http://us.imdb.com/M?{item}"
        f"|{FLAGS[item % 3]}"
        for item, title in enumerate(FILMS, start=1)
    ]
    users = [
        f"{user}|{20 + user}|{'MF'[user % 2]}|technician|{'T8H1N' if user == 3 else f'0{user}711'}"
        for user in range(1, 10)
    ]
    return {
        "u.data": _lines(["\t".join(map(str, event)) for event in _events()]),
        "u.user": _lines(users),
        "u.item": _lines(films, "latin-1"),
        "u.genre": _lines(["unknown|0", "Action|1"]),
        "u1.base": _lines(["\t".join(map(str, event)) for event in _events()[:40]]),
        "u1.test": _lines(["\t".join(map(str, event)) for event in _events()[40:]]),
        "mku.sh": b"#!/bin/sh\n\nexit 1\n",
    }


def movielens_1m() -> Named:
    films = [f"{item}::{title.replace('Œ', 'O')}::Animation|Children's|Comedy" for item, title in enumerate(FILMS, 1)]
    users = [f"{user}::{'MF'[user % 2]}::{(1, 18, 25)[user % 3]}::{user}::4806{user}-01" for user in range(1, 10)]
    return {
        "ratings.dat": _lines(["::".join(map(str, event)) for event in _events()]),
        "users.dat": _lines(users),
        "movies.dat": _lines(films, "latin-1"),
    }


def movielens_10m() -> Named:
    halves = ["::".join(map(str, (user, item, rating - 0.5, time))) for user, item, rating, time in _events()]
    return {"ratings.dat": _lines(halves), "movies.dat": movielens_1m()["movies.dat"], "tags.dat": b"1::2::fun::3\n"}


def movielens_csv() -> Named:
    films = ["1,Toy Story (1995),Adventure|Animation", '2,"Cité, La (1990) ",Drama', "3,Nothing,(no genres listed)"]
    films += ["4,Heat (1995),Crime", "5,M (1931),Crime|Thriller", '6,"Say ""Ah"" (2001)",Comedy']
    return {
        "ratings.csv": _lines(
            ["userId,movieId,rating,timestamp", *(f"{u},{i},{r - 0.5},{t}" for u, i, r, t in _events())]
        ),
        "movies.csv": _lines(["movieId,title,genres", *films]),
        "tags.csv": _lines(["userId,movieId,tag,timestamp", "2,3,funny,1445714994"]),
        "links.csv": _lines(["movieId,imdbId,tmdbId", "1,0114709,862"]),
        "README.txt": b"Summary\n=======\n",
    }


def movielens_sample() -> Named:
    header = "user_id,movie_id,rating,timestamp,title,genres,gender,age,occupation,zip"
    rows = [f'{u},{i},{r},{t},"{FILMS[i - 1]}",Drama|War,F,25,4,0{u}230' for u, i, r, t in _events()]
    return {"movielens_sample.txt": _lines([header, *rows])}


def typed_log() -> Named:
    header = "user_id:token\titem_id:token\trating:float\ttimestamp:float"
    return {
        "toy.inter": _lines([header, *("\t".join(map(str, event)) for event in _events())]),
        "toy.item": _lines(
            [
                "item_id:token\tmovie_title:token_seq\tprice:float\tclass:token_seq\tvector:float_seq",
                *(f"{item}\tToy Story\t{item}.5\tAnimation Comedy\t0.1 0.2" for item in range(1, 7)),
            ]
        ),
        "toy.user": _lines(["user_id:token\tage:token", *(f"{user}\t{user + 20}" for user in range(1, 10))]),
    }


def typed_impressions() -> Named:
    rows = [f"{user}\t{item}\t{row % 2}.0" for row, (user, item, _, _) in enumerate(_events())]
    header = "user_id:token\titem_id:token\tlabel:float"
    return {f"x.{part}.inter": _lines([header, *rows]) for part in ("train", "valid", "test")}


def _criteo_rows(delimiter: str) -> list[str]:
    chance = random.Random(1)
    rows = []
    for row in range(ROWS):
        numbers = ["" if chance.random() < 0.3 else str(chance.randint(-2, 900)) for _ in range(13)]
        hashes = ["" if chance.random() < 0.1 else f"{chance.randrange(2**32):08x}" for _ in range(26)]
        rows.append(delimiter.join([str(row % 2), *numbers, *hashes]))
    return rows


def criteo() -> Named:
    return {"train.txt": _lines(_criteo_rows("\t"))}


def criteo_named() -> Named:
    header = ",".join(["label", *(f"I{k}" for k in range(1, 14)), *(f"C{k}" for k in range(1, 27))])
    return {f"{part}.csv": _lines([header, *_criteo_rows(",")]) for part in ("train", "valid", "test")}


def avazu() -> Named:
    header = (
        "id,click,hour,C1,banner_pos,site_id,site_domain,site_category,app_id,app_domain,app_category,device_id,"
        "device_ip,device_model,device_type,device_conn_type,C14,C15,C16,C17,C18,C19,C20,C21"
    )
    middle = "1005,0,1fbe01fe,f3845767,28905ebd,ecad2386,7801e8d9,07d7df22,a99f214a"
    end = "44956a24,1,2,15706,320,50,1722,0,35,-1,79"
    rows = [f"{10**18 + row},{row % 2},141021{row % 24:02d},{middle},ddd2{row:04d},{end}" for row in range(ROWS)]
    return {"train.csv": _lines([header, *rows]), "test.csv": _lines([header.replace("click,", ""), "1,14103100,2"])}


def amazon_2018() -> Named:
    reviews = [
        {
            "reviewerID": f"A{user}",
            "asin": f"000{item}",
            "overall": float(rating),
            "reviewText": "Good | bad, 'fine' \ud83d",
            "summary": "Five",
            "unixReviewTime": time,
            "style": {"Color:": "Red"},
            "helpful": [0, 1],
        }
        for user, item, rating, time in _events()
    ]
    products = [
        {
            "asin": f"000{item}",
            "title": f"Thing {item}",
            "category": ["Tools", f"Kind {item % 2}"],
            "price": "$1,012.50",
        }
        for item in range(1, 7)
    ]
    products.append(products[0] | {"title": "again"})
    return {
        "Tools_5.json": _lines([json.dumps(review) for review in reviews]),
        "meta_Tools.json": _lines([json.dumps(product) for product in products]),
    }


def amazon_2014() -> Named:
    products = [
        {"asin": f"000{item}", "title": "It's", "price": 9.99, "categories": [["Toys", "Games"], ["Toys", "Dice"]]}
        for item in range(1, 7)
    ]
    return {
        "reviews_Toys_5.json": amazon_2018()["Tools_5.json"],
        "meta_Toys.json": _lines([repr(product) for product in products]),
    }


def amazon_2023() -> Named:
    reviews = [
        {
            "rating": float(rating),
            "title": "Nice",
            "text": "Nice",
            "images": [],
            "asin": f"V{item}",
            "parent_asin": f"B{item}",
            "user_id": f"AE{user}",
            "timestamp": time * 1000 + 7,
            "verified_purchase": True,
        }
        for user, item, rating, time in _events()
    ]
    products = [
        {
            "main_category": "All Beauty",
            "title": f"Cream {item}",
            "average_rating": 4.8,
            "rating_number": 10,
            "price": None,
            "store": "Howard",
            "categories": [],
            "details": {"Brand": "x"},
            "parent_asin": f"B{item}",
        }
        for item in range(1, 7)
    ]
    return {
        "All_Beauty.jsonl": _lines([json.dumps(review) for review in reviews]),
        "meta_All_Beauty.jsonl": _lines([json.dumps(product) for product in products]),
    }


def amazon_2023_csv() -> Named:
    rows = [f"AE{u},B{i},{r}.0,{t}000,B1 B2" for u, i, r, t in _events()]
    return {"All_Beauty.train.csv": _lines(["user_id,parent_asin,rating,timestamp,history", *rows])}


def taobao() -> Named:
    kinds = ["pv", "pv", "pv", "cart", "fav", "buy"]
    rows = [f"{u},{i},{i % 3},{kinds[row % 6]},{t}" for row, (u, i, _, t) in enumerate(_events())]
    return {"UserBehavior.csv": _lines(rows)}


def taobao_named() -> Named:
    return {"log.csv": b"User_ID,Item_ID,Category_ID,Behavior_type,Timestamp\n" + taobao()["UserBehavior.csv"]}


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
        for row, (u, i, _, _) in enumerate(_events())
    ]
    return {f"ali_ccp_{part}.csv": _lines([names, *rows]) for part in ("train", "val", "test")}


def libsvm() -> Named:
    chance = random.Random(2)
    rows = []
    for row in range(ROWS):
        indices = sorted(chance.sample(range(3, 30), chance.randint(1, 6)))
        rows.append(f"{'+1' if row % 2 else '-1'} 1:{chance.random():.3f} " + " ".join(f"{i}:1" for i in indices))
    return {"a9a.txt": _lines(rows)}


def libfm_frappe() -> Named:
    rows = [
        f"{1 if row % 2 else -1} {u}:1 {957 + i}:1 "
        + " ".join(f"{5000 + 10 * place + row % (place + 1)}:1" for place in range(8))
        for row, (u, i, _, _) in enumerate(_events())
    ]
    return {f"frappe.{part}.libfm": _lines(rows) for part in ("train", "validation", "test")}


def libffm() -> Named:
    chance = random.Random(3)
    rows = []
    for row, (user, item, _, _) in enumerate(_events()):
        tags = " ".join(f"3:{tag}:1" for tag in chance.sample(range(40, 60), 1 + row % 3))
        rows.append(f"{row % 2} 0:{user}:1 1:{10 + item}:1 2:30:{chance.random():.4f} {tags}")
    return {"train.ffm": _lines(rows)}


def interactions_csv() -> Named:
    return {"log.csv": _lines(["user_id,item_id,rating,timestamp", *(",".join(map(str, e)) for e in _events())])}


def interactions_labels() -> Named:
    rows = [f"{user},{item},{rating > 3:d}" for user, item, rating, _ in _events()]
    return {"clicks.csv": _lines(["user_id,item_id,label", *rows])}


def given_parts() -> Named:
    chance = random.Random(4)
    header = "label,user_id,item_id,cate_id,item_history,cate_history,tags"
    rows = []
    for row, (user, item, _, _) in enumerate(_events()):
        past = [chance.randint(1, 6) for _ in range(1 + row % 4)]
        cates = "^".join(f"c{one % 3}" for one in past)
        tags = "^".join(chance.sample("abcdef", 1 + row % 2))
        rows.append(f"{row % 2},{user},{item},c{item % 3},{'^'.join(map(str, past))},{cates},{tags}")
    return {f"{part}.csv": _lines([header, *rows]) for part in ("train", "valid", "test")}


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
