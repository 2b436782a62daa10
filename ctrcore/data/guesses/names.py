"""What names of columns suggest."""

from __future__ import annotations

import re

LABELS = (
    "label", "click", "clicked", "clicks", "is_click", "is_clicked", "isclick", "clk", "target", "y", "ctr",
    "conversion", "converted", "is_conversion", "purchase", "purchased", "bought", "buy", "like", "liked", "response",
    "is_attributed", "engaged", "installed", "subscribed", "outcome", "class",
)  # fmt: skip
EVENTS = {"action", "event", "event_type", "action_type", "behavior_type", "behaviour_type", "interaction"}
CLICKS = ("click", "clicked", "clk", "purchase", "buy", "transaction")
RATINGS = {"rating", "ratings", "rate", "stars", "star", "score", "scores", "grade", "overall", "preference"}
USERS = {
    "user", "uid", "userid", "users", "customer", "client", "member", "visitor", "account", "buyer", "viewer", "reader",
    "reviewer", "reviewerid", "person", "shopper", "subscriber", "player", "listener", "customerid", "memberid",
    "visitorid",
}  # fmt: skip
ITEMS = {
    "item", "iid", "itemid", "items", "product", "productid", "article", "articleid", "ad", "adid", "ads", "movie",
    "movieid", "song", "track", "video", "videoid", "news", "newsid", "doc", "document", "goods", "sku", "asin", "isbn",
    "book", "listing", "creative", "poi", "venue", "restaurant", "recipe", "game", "offer", "banner", "candidate",
    "target_item", "business",
}  # fmt: skip
TIMES = {
    "time", "timestamp", "datetime", "ts", "date", "when", "unixtime", "epoch", "moment", "dt", "reviewtime",
    "unixreviewtime", "at",
}  # fmt: skip
NOT_TIMES = {
    "spent",
    "watch",
    "dwell",
    "duration",
    "zone",
    "timezone",
    "type",
    "slot",
    "of",
    "bucket",
    "since",
    "birth",
}
SPLITS = {"split", "part", "subset", "partition", "set", "fold"}
HISTORIES = {
    "history", "hist", "histories", "seq", "sequence", "behaviour", "behaviours", "behavior", "behaviors", "past",
    "previous", "prev", "recent", "recently", "last", "clicked", "viewed", "seen", "bought", "purchased", "his",
}  # fmt: skip
CODES = {
    "id", "ids", "uid", "iid", "uuid", "guid", "no", "nr", "idx", "index", "code", "codes", "zip", "zipcode",
    "postcode", "postal", "phone", "isbn", "sku", "key", "hash", "category",
    "categories", "cat", "cate", "class", "type", "kind", "genre", "brand", "city", "country", "region", "state",
    "district", "province", "weekday", "hour", "day", "month", "gender", "sex", "device", "channel", "language", "os",
    "browser", "site", "domain", "app", "network", "carrier", "campaign", "segment", "group", "cluster", "tier",
    "level", "position", "slot", "occupation", "job", "weather", "daytime", "color", "colour", "model", "version",
    "tag", "tags", "store", "shop", "seller", "publisher", "page", "area", "location", "quarter", "season", "banner",
}  # fmt: skip
AMOUNTS = {
    "age", "price", "cost", "amount", "count", "cnt", "num", "number", "n", "quantity", "qty", "total", "sum", "mean",
    "avg", "average", "min", "max", "rate", "ratio", "share", "percent", "pct", "score", "income", "salary", "budget",
    "distance", "duration", "length", "size", "width", "height", "weight", "days", "hours", "minutes", "seconds",
    "year", "years", "spent", "dwell", "views", "clicks", "likes", "visits", "popularity", "discount", "rank",
    "temperature", "lat", "lon", "lng", "latitude", "longitude", "frequency", "recency", "balance", "value",
}  # fmt: skip
# What an id may be of besides users and items: 'sessionid', 'orderid'.
OWNERS = {"session", "query", "request", "order", "event", "impression", "log", "parent", "content", "post", "ip"}
# A first word that makes an amount of whatever follows, and a last word that makes a name of whatever precedes.
COUNTING = {"num", "n", "cnt", "count", "avg", "average", "mean", "total", "sum", "min", "max"}
NAMING = {"id", "ids", "no", "nr", "code", "number", "num", "n", "rank"}
USER_TRAITS = {
    "age", "gender", "sex", "occupation", "job", "income", "spending", "marital", "education", "zip", "zipcode",
    "profession", "nationality", "birth", "birthday",
}  # fmt: skip
ITEM_TRAITS = {
    "category", "categories", "cat", "cate", "brand", "price", "genre", "genres", "title", "release", "launch",
    "director", "author", "publisher", "seller", "color", "colour", "artist", "album",
}  # fmt: skip


def words_of(name: str) -> list[str]:
    """'historyItem_id' -> ['history', 'item', 'id']."""
    spaced = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", " ", name)
    return [part.lower() for part in re.split(r"[^0-9A-Za-z]+", spaced) if part]


def is_id_of(name: str, bases: set[str]) -> bool:
    """True for 'user', 'user_id', 'userId', 'id_user' with the base 'user', but not for 'user_age'."""
    words = [word for word in words_of(name) if word not in ("id", "ids", "no", "nr", "index", "idx", "code", "sk")]
    return len(words) == 1 and words[0] in bases


def suggests(name: str, bases: set[str]) -> bool:
    """True if one of the words of the name is a base."""
    return not bases.isdisjoint(words_of(name))


def is_code(name: str) -> bool:
    """True if the name says that its numbers are names: 'ad_id', 'sessionid', 'zip_code', 'C14'; not 'page_views'."""
    words = words_of(name)
    if re.fullmatch(r"[cC]_?\d{1,3}", name.strip()):
        return True
    owned = any(word.endswith("id") and word[:-2] in USERS | ITEMS | CODES | OWNERS for word in words)
    if not owned and CODES.isdisjoint(words):
        return False
    # 'page_views' and 'num_devices' count; 'price_code' and 'phone_number' name.
    counts = words[0] in COUNTING or (words[-1] in AMOUNTS and words[-1] not in NAMING)
    return not counts or words[-1] in ("id", "ids", "code", "no", "nr")
