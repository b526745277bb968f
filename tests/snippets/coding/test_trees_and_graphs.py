"""The solutions of the page on trees and graphs, against definitions and libraries."""

import graphlib
import itertools
import random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import ndimage

from snippets.coding.trees_and_graphs import (
    lowest_common_ancestor,
    number_of_islands,
    serialize_tree,
    topological_sort,
    tree_depth_and_balance,
    tree_traversals,
    validate_search_tree,
)

few = settings(deadline=None, max_examples=50)
numbers = st.integers(-20, 20)
# A tree is None or (value, left, right).
trees = st.recursive(
    st.none(), lambda tree: st.tuples(numbers, tree, tree), max_leaves=30
)


def built(module, tree):
    """Return a tree made of a module's nodes."""
    if tree is None:
        return None
    value, left, right = tree
    return module.Node(value, built(module, left), built(module, right))


def nested(node):
    """Return a tree of nodes as nested tuples."""
    return node and (node.value, nested(node.left), nested(node.right))


def chain(module, size, side):
    """Return the nodes of a tree that is all depth, from the root down."""
    nodes = [module.Node(value) for value in range(size)]
    for upper, lower in itertools.pairwise(nodes):
        setattr(upper, side, lower)
    return nodes


def inorder(tree):
    return [] if tree is None else [*inorder(tree[1]), tree[0], *inorder(tree[2])]


def test_a_node_keeps_what_it_is_given():
    for module in (
        lowest_common_ancestor,
        serialize_tree,
        tree_depth_and_balance,
        tree_traversals,
        validate_search_tree,
    ):
        left, right = module.Node(1), module.Node(3)
        node = module.Node(2, left, right)
        assert (node.value, node.left, node.right) == (2, left, right)
        assert (left.left, left.right) == (None, None)


# Traversals


def preorder(tree):
    return [] if tree is None else [tree[0], *preorder(tree[1]), *preorder(tree[2])]


def postorder(tree):
    return [] if tree is None else [*postorder(tree[1]), *postorder(tree[2]), tree[0]]


def levels(tree):
    """Return the levels as those of both subtrees, joined one by one."""
    if tree is None:
        return []
    left, right = levels(tree[1]), levels(tree[2])
    depth = max(len(left), len(right))
    left += [[]] * (depth - len(left))
    right += [[]] * (depth - len(right))
    return [[tree[0]], *(a + b for a, b in zip(left, right, strict=True))]


@few
@given(trees)
def test_traversals_are_those_of_the_definitions(tree):
    root = built(tree_traversals, tree)
    orders = (preorder(tree), inorder(tree), postorder(tree))
    assert tree_traversals.depth_first_orders(root) == orders
    assert tree_traversals.preorder(root) == orders[0]
    assert tree_traversals.inorder(root) == orders[1]
    assert tree_traversals.postorder(root) == orders[2]
    assert tree_traversals.level_order(root) == levels(tree)
    assert nested(root) == tree


def test_an_example_in_all_orders():
    #     1
    #   2   3
    #  4 5   6
    tree = (1, (2, (4, None, None), (5, None, None)), (3, None, (6, None, None)))
    root = built(tree_traversals, tree)
    assert tree_traversals.preorder(root) == [1, 2, 4, 5, 3, 6]
    assert tree_traversals.inorder(root) == [4, 2, 5, 1, 3, 6]
    assert tree_traversals.postorder(root) == [4, 5, 2, 6, 3, 1]
    assert tree_traversals.level_order(root) == [[1], [2, 3], [4, 5, 6]]


@pytest.mark.parametrize("side", ["left", "right"])
def test_iterative_traversals_take_any_depth(side):
    root = chain(tree_traversals, 5_000, side)[0]
    down = list(range(5_000))
    assert tree_traversals.preorder(root) == down
    assert tree_traversals.inorder(root) == (down if side == "right" else down[::-1])
    assert tree_traversals.postorder(root) == down[::-1]
    assert tree_traversals.level_order(root) == [[value] for value in down]
    with pytest.raises(RecursionError):
        tree_traversals.depth_first_orders(root)


# Depth and balance


def depth(tree):
    return 0 if tree is None else 1 + max(depth(tree[1]), depth(tree[2]))


def balanced(tree):
    if tree is None:
        return True
    near = depth(tree[1]) - depth(tree[2]) in (-1, 0, 1)
    return near and balanced(tree[1]) and balanced(tree[2])


@few
@given(trees)
def test_depth_and_balance_are_those_of_the_definitions(tree):
    root = built(tree_depth_and_balance, tree)
    found = tree_depth_and_balance.depth_and_balance(root)
    assert found == (depth(tree), balanced(tree))


def thinnest(levels):
    """Return the smallest balanced tree of a depth: a Fibonacci tree."""
    if levels <= 0:
        return None
    return (levels, thinnest(levels - 1), thinnest(levels - 2))


@pytest.mark.parametrize("count", range(1, 10))
def test_fibonacci_trees_are_just_balanced(count):
    root = built(tree_depth_and_balance, thinnest(count))
    assert tree_depth_and_balance.depth_and_balance(root) == (count, True)
    for levels_left, levels_right in ((count, count - 2), (count - 2, count)):
        sides = thinnest(levels_left), thinnest(levels_right)
        root = built(tree_depth_and_balance, (0, *sides))
        expected = (count + 1, count == 1)
        assert tree_depth_and_balance.depth_and_balance(root) == expected


@pytest.mark.parametrize("place", [1, 2])
def test_imbalance_below_either_child_counts(place):
    bad = (1, (2, (3, None, None), None), None)
    good = (1, (2, (3, None, None), None), (4, None, None))
    tree = [0, good, good]
    tree[place] = bad
    root = built(tree_depth_and_balance, tuple(tree))
    assert tree_depth_and_balance.depth_and_balance(root) == (4, False)


# Search trees


@few
@given(trees)
def test_a_search_tree_has_rising_values_in_order(tree):
    values = inorder(tree)
    rising = all(a < b for a, b in itertools.pairwise(values))
    root = built(validate_search_tree, tree)
    assert validate_search_tree.is_search_tree(root) == rising


@few
@given(st.lists(st.integers(), unique=True, min_size=1), st.data())
def test_inserted_values_make_a_search_tree_until_one_is_changed(values, data):
    nodes = [validate_search_tree.Node(values[0])]
    for value in values[1:]:
        node, fresh = nodes[0], validate_search_tree.Node(value)
        while True:
            side = "left" if value < node.value else "right"
            if getattr(node, side) is None:
                setattr(node, side, fresh)
                break
            node = getattr(node, side)
        nodes.append(fresh)
    assert validate_search_tree.is_search_tree(nodes[0])
    if len(nodes) > 1:
        node, other = data.draw(st.permutations(nodes))[:2]
        node.value = other.value
        assert not validate_search_tree.is_search_tree(nodes[0])


def test_a_search_tree_may_be_deep_and_hold_large_numbers():
    nodes = chain(validate_search_tree, 5_000, "right")
    assert validate_search_tree.is_search_tree(nodes[0])
    nodes[-1].value = 0
    assert not validate_search_tree.is_search_tree(nodes[0])
    large = (0, (-(10**400), None, None), (10**400, None, None))
    assert validate_search_tree.is_search_tree(built(validate_search_tree, large))


# Lowest common ancestor


def root_paths(node, above=()):
    """Yield each node's path from the root, the node itself included."""
    if node is not None:
        path = (*above, node)
        yield path
        yield from root_paths(node.left, path)
        yield from root_paths(node.right, path)


@few
@given(trees.filter(bool), st.data())
def test_the_ancestor_is_the_last_node_that_both_root_paths_share(tree, data):
    root = built(lowest_common_ancestor, tree)
    paths = list(root_paths(root))
    one, other = data.draw(st.sampled_from(paths)), data.draw(st.sampled_from(paths))
    shared = [a for a, b in zip(one, other, strict=False) if a is b]
    found = lowest_common_ancestor.lowest_common_ancestor(root, one[-1], other[-1])
    assert found is shared[-1]


def test_a_node_outside_the_tree_has_no_ancestor_in_it():
    find = lowest_common_ancestor.lowest_common_ancestor
    root = built(lowest_common_ancestor, (1, (2, None, None), None))
    stranger = lowest_common_ancestor.Node(2)
    assert find(root, root.left, stranger) is None
    assert find(root, stranger, root.left) is None
    assert find(root, stranger, stranger) is None
    assert find(None, stranger, stranger) is None
    assert find(root, root, root.left) is root
    assert find(root, root.left, root.left) is root.left


def test_the_ancestor_is_found_at_any_depth():
    nodes = chain(lowest_common_ancestor, 5_000, "left")
    nodes[3_000].right = leaf = lowest_common_ancestor.Node(-1)
    find = lowest_common_ancestor.lowest_common_ancestor
    assert find(nodes[0], nodes[-1], leaf) is nodes[3_000]


# Serialization


@few
@given(trees)
def test_a_tree_survives_being_written_and_read(tree):
    text = serialize_tree.serialize(built(serialize_tree, tree))
    assert nested(serialize_tree.deserialize(text)) == tree
    count = len(inorder(tree))
    assert len(text.split(" ")) == 2 * count + 1
    assert text.count("#") == count + 1


@few
@given(trees, trees)
def test_different_trees_have_different_texts(one, other):
    texts = [serialize_tree.serialize(built(serialize_tree, t)) for t in (one, other)]
    assert (texts[0] == texts[1]) == (one == other)


def test_the_text_runs_level_by_level():
    tree = (1, (2, None, None), (-3, (40, None, None), None))
    text = serialize_tree.serialize(built(serialize_tree, tree))
    assert text == "1 2 -3 # # 40 # # #"
    assert serialize_tree.serialize(None) == "#"


@pytest.mark.parametrize("side", ["left", "right"])
def test_a_deep_tree_survives_too(side):
    root = chain(serialize_tree, 5_000, side)[0]
    node = serialize_tree.deserialize(serialize_tree.serialize(root))
    for value in range(5_000):
        assert node.value == value
        node = getattr(node, side)
    assert node is None


# Islands


@few
@given(st.integers(0, 8), st.integers(0, 8), st.floats(0, 1), st.integers(0, 2**32 - 1))
def test_islands_are_the_labels_of_scipy(rows, columns, share, seed):
    grid = (np.random.default_rng(seed).random((rows, columns)) < share).astype(int)
    expected = ndimage.label(grid)[1] if grid.size else 0
    before = grid.tolist()
    assert number_of_islands.count_islands(before) == expected
    assert before == grid.tolist()


def test_islands_follow_each_of_the_four_directions():
    shapes = {
        "up": [[1, 1, 1], [0, 0, 1], [1, 0, 1], [1, 1, 1]],
        "comb": [[1, 0, 1, 0, 1], [1, 1, 1, 1, 1], [1, 0, 1, 0, 1]],
        "spiral": [
            [1, 1, 1, 1, 1],
            [0, 0, 0, 0, 1],
            [1, 1, 1, 0, 1],
            [1, 0, 0, 0, 1],
            [1, 1, 1, 1, 1],
        ],
    }
    for name, grid in shapes.items():
        turned = np.array(grid)
        for _ in range(4):
            turned = np.rot90(turned)
            assert number_of_islands.count_islands(turned.tolist()) == 1, name


def test_large_land_and_opposite_edges():
    assert number_of_islands.count_islands([[1] * 100] * 100) == 1
    assert number_of_islands.count_islands([[1, 0, 1]]) == 2
    assert number_of_islands.count_islands([[1], [0], [1]]) == 2


# Topological order

pairs = st.lists(st.tuples(st.integers(0, 7), st.integers(0, 7)), max_size=12)


def follows(order, dependencies):
    place = {task: index for index, task in enumerate(order)}
    return all(place[first] < place[then] for first, then in dependencies)


@few
@given(pairs)
def test_there_is_an_order_exactly_where_graphlib_finds_one(dependencies):
    sorter = graphlib.TopologicalSorter({task: set() for task in range(8)})
    for first, then in dependencies:
        sorter.add(then, first)
    try:
        sorter.prepare()
    except graphlib.CycleError:
        assert topological_sort.topological_order(8, dependencies) is None
    else:
        order = topological_sort.topological_order(8, dependencies)
        assert sorted(order) == list(range(8))
        assert follows(order, dependencies)


@few
@given(st.permutations(range(9)), st.integers(0, 30), st.integers(0, 2**16))
def test_acyclic_dependencies_have_an_order(hidden, count, seed):
    rng = random.Random(seed)
    chosen = (sorted(rng.sample(range(9), 2)) for _ in range(count))
    dependencies = [(hidden[i], hidden[j]) for i, j in chosen]
    order = topological_sort.topological_order(9, iter(dependencies))
    assert sorted(order) == list(range(9))
    assert follows(order, dependencies)


def test_orders_of_special_graphs():
    order = topological_sort.topological_order
    assert order(0, []) == []
    assert order(1, []) == [0]
    assert sorted(order(3, [])) == [0, 1, 2]
    assert order(1, [(0, 0)]) is None
    assert order(2, [(1, 0), (1, 0)]) == [1, 0]
    deep = [(task + 1, task) for task in range(4_999)]
    assert order(5_000, deep) == list(range(4_999, -1, -1))
    assert order(5_000, [*deep, (0, 4_999)]) is None


def test_tasks_become_ready_first_in_first_out():
    # 2 and 3 are ready at the start, 1 after 2, 0 after 3
    assert topological_sort.topological_order(4, [(2, 1), (3, 0)]) == [2, 3, 1, 0]
