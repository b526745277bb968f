"""Find a longest common subsequence of two strings."""


# --8<-- [start:solution]
def longest_common_subsequence(a: str, b: str) -> str:
    """Return a longest string that is a subsequence of both strings.

    A subsequence keeps the order of the characters but may leave some out.

    Returns:
        One such string; where several are longest, any of them. The empty
        string if the two have no character in common.

    >>> longest_common_subsequence("stone", "longest")
    'one'
    >>> longest_common_subsequence("abc", "xyz")
    ''
    """
    # length[i][j]: of the longest common subsequence of a[i:] and b[j:]
    length = [[0] * (len(b) + 1) for _ in range(len(a) + 1)]
    for i in reversed(range(len(a))):
        for j in reversed(range(len(b))):
            if a[i] == b[j]:
                length[i][j] = length[i + 1][j + 1] + 1
            else:
                length[i][j] = max(length[i + 1][j], length[i][j + 1])
    common = []
    i = j = 0
    while i < len(a) and j < len(b):
        if a[i] == b[j]:
            common.append(a[i])
            i, j = i + 1, j + 1
        elif length[i + 1][j] >= length[i][j + 1]:
            i += 1
        else:
            j += 1
    return "".join(common)


# --8<-- [end:solution]
