"""Length of the longest substring without repeating characters."""


# --8<-- [start:solution]
def longest_substring_without_repeats(text: str) -> int:
    """Return the length of the longest substring in which no character repeats.

    Args:
        text: any characters; spaces count, upper and lower case differ.

    Returns:
        The number of characters of the longest run of neighbors that are all
        different; 0 for the empty text.

    >>> longest_substring_without_repeats("dvdf")
    3
    >>> longest_substring_without_repeats("abba")
    2
    >>> longest_substring_without_repeats("")
    0
    """
    behind: dict[str, int] = {}  # character -> the position behind its last copy
    start = longest = 0  # text[start:stop] is the window without repeats
    for stop, character in enumerate(text, start=1):
        start = max(start, behind.get(character, 0))
        behind[character] = stop
        longest = max(longest, stop - start)
    return longest


# --8<-- [end:solution]
