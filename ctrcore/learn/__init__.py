"""What the lessons and the playground compute: tiny models on the tiny shop, and the numbers in their formulas."""
