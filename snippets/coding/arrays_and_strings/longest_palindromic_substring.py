"""Find the longest palindromic substring."""


# --8<-- [start:solution]
def longest_palindromic_substring(text: str) -> str:
    """Return the longest substring that reads the same in both directions.

    Args:
        text: any characters, compared as they are.

    Returns:
        The longest palindrome of neighboring characters; of several the one that
        starts first. Empty for the empty text.

    >>> longest_palindromic_substring("banana")
    'anana'
    >>> longest_palindromic_substring("abbc")
    'bb'
    >>> longest_palindromic_substring("abc")
    'a'
    """
    best = ""
    for center in range(len(text)):
        for right in (center, center + 1):  # odd length, even length
            start, stop = _expand(text, center, right)
            if stop - start > len(best):
                best = text[start:stop]
    return best


def _expand(text: str, left: int, right: int) -> tuple[int, int]:
    """Return start and stop of the longest palindrome around a center."""
    while left >= 0 and right < len(text) and text[left] == text[right]:
        left -= 1
        right += 1
    return left + 1, right


# --8<-- [end:solution]
