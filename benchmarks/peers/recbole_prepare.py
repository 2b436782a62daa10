"""RecBole's preprocessing of three atomic files for FM, driven as its quick start does.

    python recbole_prepare.py TASK.json

TASK.json: {"data": folder with rows/rows.train.inter and so on, "folder": where to write, "label", "threads"}. The last
line printed is a JSON object.
"""

import json
import os
import sys
import time
from pathlib import Path


def main() -> None:
    """Load, number, fill, normalise, split; keep the three loaders."""
    task = json.loads(Path(sys.argv[1]).read_text())
    os.chdir(task["folder"])

    from recbole.config import Config
    from recbole.data import create_dataset, data_preparation
    from recbole.utils import init_seed

    sys.argv = sys.argv[:1]  # Config reads the command line
    began = time.perf_counter()
    config = Config(
        model="FM",
        dataset="rows",
        config_dict={
            "data_path": task["data"],
            "benchmark_filename": ["train", "valid", "test"],
            "USER_ID_FIELD": None,
            "ITEM_ID_FIELD": None,
            "LABEL_FIELD": task["label"],
            "load_col": {"inter": "*"},
            "normalize_all": True,
            "train_neg_sample_args": None,
            "eval_args": {"group_by": None, "order": "RO", "mode": "labeled"},
            "metrics": ["AUC"],
            "valid_metric": "AUC",
            "checkpoint_dir": task["folder"],
            "save_dataloaders": True,
            "use_gpu": False,
            "show_progress": False,
        },
    )
    init_seed(config["seed"], config["reproducibility"])
    dataset = create_dataset(config)
    loaders = data_preparation(config, dataset)
    seconds = time.perf_counter() - began
    tokens = [field for field in dataset.fields() if field in dataset.field2id_token]
    print(
        json.dumps(
            {
                "inside_seconds": seconds,
                "rows": [len(loader.dataset) for loader in loaders],
                "vocabulary": sum(dataset.num(field) for field in tokens),
                "bytes": sum(file.stat().st_size for file in Path(task["folder"]).glob("*.pth")),
            }
        )
    )


if __name__ == "__main__":
    main()
