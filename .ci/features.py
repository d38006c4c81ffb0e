"""Prints the feature sets that each published crate has to build with: `crate a,b`."""

import json
import subprocess


def main() -> None:
    metadata = json.loads(
        subprocess.check_output(
            ["cargo", "metadata", "--format-version=1", "--no-deps", "--locked"]
        )
    )
    for package in metadata["packages"]:
        if package["publish"] == []:
            continue
        features = sorted(package["features"].keys() - {"default"})
        sets = [[], *([feature] for feature in features), features]
        for chosen in dict.fromkeys(",".join(names) for names in sets):
            print(package["name"], chosen)


if __name__ == "__main__":
    main()
