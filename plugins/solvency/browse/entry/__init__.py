"""What an entry of Fava rests on: in a line of its journal, and where it is opened."""
