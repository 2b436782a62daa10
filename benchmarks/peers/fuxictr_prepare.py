"""FuxiCTR's preprocessing of a train, a valid and a test CSV, driven as its run_expid.py does.

    python fuxictr_prepare.py TASK.json

TASK.json: {"train", "valid", "test": CSV files, "folder": where to write, "numbers", "ids": column names, "label",
"block": rows of a part, 0 for one file each as is FuxiCTR's default}. The last line printed is a JSON object.
"""

import json
import os
import sys
import time
from pathlib import Path

os.environ["RAY_USAGE_STATS_ENABLED"] = "0"  # no call home; nothing else of Ray is set


def main() -> None:
    """Fit on the training rows, write three encoded parts."""
    task = json.loads(Path(sys.argv[1]).read_text())

    from fuxictr.preprocess.build_dataset import build_dataset
    from fuxictr.preprocess.feature_processor import FeatureProcessor

    began = time.perf_counter()
    numbers = {"name": task["numbers"], "active": True, "dtype": "float", "type": "numeric"}
    ids = {"name": task["ids"], "active": True, "dtype": "str", "type": "categorical"}
    processor = FeatureProcessor(
        feature_cols=[numbers | {"normalizer": "StandardScaler"}, ids],
        label_col={"name": task["label"], "dtype": "float"},
        dataset_id="prepared",
        data_root=task["folder"],
    )
    train, valid, test = build_dataset(
        processor,
        train_data=task["train"],
        valid_data=task["valid"],
        test_data=task["test"],
        data_block_size=task["block"],
        min_categr_count=1,
    )
    seconds = time.perf_counter() - began

    import polars as pl

    files = [path if path.endswith(".parquet") else path + "*.parquet" for path in (train, valid, test)]
    print(
        json.dumps(
            {
                "inside_seconds": seconds,
                "rows": [pl.scan_parquet(file).select(pl.len()).collect().item() for file in files],
                "vocabulary": processor.feature_map.total_features,
                "bytes": sum(file.stat().st_size for file in Path(task["folder"]).rglob("*") if file.is_file()),
            }
        )
    )


if __name__ == "__main__":
    main()
