"""Small behaviour logs in the exact form of each layout: what the user calls the files, and their bytes."""

from __future__ import annotations

import json
import random

Named = dict[str, bytes]
ROWS = 60
START = 880_000_000


def lines_of(lines: list[str], encoding: str = "utf-8") -> bytes:
    return "".join(line + "\n" for line in lines).encode(encoding)


def events(seed: int = 0) -> list[tuple[int, int, int, int]]:
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
        "u.data": lines_of(["\t".join(map(str, event)) for event in events()]),
        "u.user": lines_of(users),
        "u.item": lines_of(films, "latin-1"),
        "u.genre": lines_of(["unknown|0", "Action|1"]),
        "u1.base": lines_of(["\t".join(map(str, event)) for event in events()[:40]]),
        "u1.test": lines_of(["\t".join(map(str, event)) for event in events()[40:]]),
        "mku.sh": b"#!/bin/sh\n\nexit 1\n",
    }


def movielens_1m() -> Named:
    films = [f"{item}::{title.replace('Œ', 'O')}::Animation|Children's|Comedy" for item, title in enumerate(FILMS, 1)]
    users = [f"{user}::{'MF'[user % 2]}::{(1, 18, 25)[user % 3]}::{user}::4806{user}-01" for user in range(1, 10)]
    return {
        "ratings.dat": lines_of(["::".join(map(str, event)) for event in events()]),
        "users.dat": lines_of(users),
        "movies.dat": lines_of(films, "latin-1"),
    }


def movielens_10m() -> Named:
    halves = ["::".join(map(str, (user, item, rating - 0.5, time))) for user, item, rating, time in events()]
    return {"ratings.dat": lines_of(halves), "movies.dat": movielens_1m()["movies.dat"], "tags.dat": b"1::2::fun::3\n"}


def movielens_csv() -> Named:
    films = ["1,Toy Story (1995),Adventure|Animation", '2,"Cité, La (1990) ",Drama', "3,Nothing,(no genres listed)"]
    films += ["4,Heat (1995),Crime", "5,M (1931),Crime|Thriller", '6,"Say ""Ah"" (2001)",Comedy']
    return {
        "ratings.csv": lines_of(
            ["userId,movieId,rating,timestamp", *(f"{u},{i},{r - 0.5},{t}" for u, i, r, t in events())]
        ),
        "movies.csv": lines_of(["movieId,title,genres", *films]),
        "tags.csv": lines_of(["userId,movieId,tag,timestamp", "2,3,funny,1445714994"]),
        "links.csv": lines_of(["movieId,imdbId,tmdbId", "1,0114709,862"]),
        "README.txt": b"Summary\n=======\n",
    }


def movielens_sample() -> Named:
    header = "user_id,movie_id,rating,timestamp,title,genres,gender,age,occupation,zip"
    rows = [f'{u},{i},{r},{t},"{FILMS[i - 1]}",Drama|War,F,25,4,0{u}230' for u, i, r, t in events()]
    return {"movielens_sample.txt": lines_of([header, *rows])}


def typed_log() -> Named:
    header = "user_id:token\titem_id:token\trating:float\ttimestamp:float"
    return {
        "toy.inter": lines_of([header, *("\t".join(map(str, event)) for event in events())]),
        "toy.item": lines_of(
            [
                "item_id:token\tmovie_title:token_seq\tprice:float\tclass:token_seq\tvector:float_seq",
                *(f"{item}\tToy Story\t{item}.5\tAnimation Comedy\t0.1 0.2" for item in range(1, 7)),
            ]
        ),
        "toy.user": lines_of(["user_id:token\tage:token", *(f"{user}\t{user + 20}" for user in range(1, 10))]),
    }


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
        for user, item, rating, time in events()
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
        "Tools_5.json": lines_of([json.dumps(review) for review in reviews]),
        "meta_Tools.json": lines_of([json.dumps(product) for product in products]),
    }


def amazon_2014() -> Named:
    products = [
        {"asin": f"000{item}", "title": "It's", "price": 9.99, "categories": [["Toys", "Games"], ["Toys", "Dice"]]}
        for item in range(1, 7)
    ]
    return {
        "reviews_Toys_5.json": amazon_2018()["Tools_5.json"],
        "meta_Toys.json": lines_of([repr(product) for product in products]),
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
        for user, item, rating, time in events()
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
        "All_Beauty.jsonl": lines_of([json.dumps(review) for review in reviews]),
        "meta_All_Beauty.jsonl": lines_of([json.dumps(product) for product in products]),
    }


def amazon_2023_csv() -> Named:
    rows = [f"AE{u},B{i},{r}.0,{t}000,B1 B2" for u, i, r, t in events()]
    return {"All_Beauty.train.csv": lines_of(["user_id,parent_asin,rating,timestamp,history", *rows])}


def taobao() -> Named:
    kinds = ["pv", "pv", "pv", "cart", "fav", "buy"]
    rows = [f"{u},{i},{i % 3},{kinds[row % 6]},{t}" for row, (u, i, _, t) in enumerate(events())]
    return {"UserBehavior.csv": lines_of(rows)}


def taobao_named() -> Named:
    return {"log.csv": b"User_ID,Item_ID,Category_ID,Behavior_type,Timestamp\n" + taobao()["UserBehavior.csv"]}


def interactions_csv() -> Named:
    return {"log.csv": lines_of(["user_id,item_id,rating,timestamp", *(",".join(map(str, e)) for e in events())])}
