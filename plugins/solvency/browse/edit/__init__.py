"""What the pages write beside a case or into it, where --edit lets them."""
