"""The simulated shop in its parts; `ctrcore.data.simulate` puts them together and writes down the truth."""
