"""Check that brackets are balanced."""


# --8<-- [start:solution]
def valid_parentheses(text: str) -> bool:
    """Return whether the brackets ``()[]{}`` in a text are balanced.

    They are if every closing bracket closes the last one still open, which must be of
    its kind, and none stays open at the end. All other characters are ignored; a text
    without brackets is balanced, the empty one too.

    Args:
        text: any characters.

    >>> valid_parentheses("f(x[0]) { }")
    True
    >>> valid_parentheses("([)]")
    False
    >>> valid_parentheses("((")
    False
    """
    closing = {"(": ")", "[": "]", "{": "}"}
    due: list[str] = []  # closing brackets still to come, the next one last
    for character in text:
        if character in closing:
            due.append(closing[character])
        elif character in closing.values():
            wanted = due.pop() if due else None
            if character != wanted:
                return False
    return not due


# --8<-- [end:solution]
