"""What happens to a ticket by itself: solved when its customer is silent, closed when all is over, words forgotten."""
