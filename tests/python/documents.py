"""Documents for a schema, and what the reference implementation says of each.

    python documents.py SCHEMA BY_HAND GENERATED CHANGED

Says one JSON object a line: the document, how it was made, whether graphql-core takes it, and if not why.
GENERATED documents come from hypothesis-graphql, all of them valid; CHANGED ones are made of those by
changing something; those in BY_HAND stand between lines of dashes. The same arguments give the same documents.
"""

import json
import random
import sys

from graphql import (
    GraphQLError, build_schema, get_named_type, is_composite_type, is_leaf_type, is_scalar_type, is_specified_scalar_type,
    parse, print_ast, validate,
)
from graphql.language import Lexer, Source, TokenKind, Visitor, ast, visit
from graphql.utilities import TypeInfo, TypeInfoVisitor
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from hypothesis_graphql import from_schema, nodes


def generated(sdl, count):
    """Valid documents."""
    found = {}
    text = st.sampled_from(["2026-01-01", "x", ""]).map(nodes.String)
    types = build_schema(sdl).type_map.items()
    named = {name: text for name, kind in types if is_scalar_type(kind) and not is_specified_scalar_type(kind)}

    @settings(max_examples=count, derandomize=True, database=None, deadline=None,
              phases=[Phase.generate], suppress_health_check=list(HealthCheck))
    @given(from_schema(sdl, custom_scalars=named))
    def collect(document):
        found.setdefault(document)

    collect()
    return list(found)


class Places(Visitor):
    """What can be changed in a document: its nodes with their types."""

    def __init__(self, info):
        super().__init__()
        self.info = info
        self.fields, self.arguments, self.values, self.selections = [], [], [], []

    def enter_field(self, node, *_):
        self.fields.append((node, self.info.get_parent_type(), get_named_type(self.info.get_type())))
        self.selections.append((node, self.info.get_parent_type()))

    def enter_argument(self, node, *_):
        self.arguments.append((node, self.info.get_input_type()))

    def enter_object_field(self, node, *_):
        self.arguments.append((node, self.info.get_input_type()))


VALUES = ['1', '-7', '1.5', '1e400', '2147483648', '99999999999999999999', '"text"', '"""block"""', 'true', 'null',
          'ENUM', 'EARLIEST', '[]', '[1, "a", null]', '[[1]]', '{}', '{ eq: 1 }', '{ a: 1, a: 2 }', '$undefined']


def put(node, attribute, value):
    """Nodes are frozen; these are our own copies."""
    object.__setattr__(node, attribute, value)


def parsed_value(text):
    return parse(f"{{ a(b: {text}) }}").definitions[0].selection_set.selections[0].arguments[0].value


def parsed_field(text):
    return parse(f"{{ {text} }}").definitions[0].selection_set.selections[0]


def name(text):
    return ast.NameNode(value=text)


def changed(schema, text, chance):
    """The document with something changed: about half of them stay valid."""
    kind = chance.choice(CHANGES)
    if kind in (drop_token, repeat_token, swap_tokens, insert_character):
        return kind.__name__, kind(text, chance)
    document = parse(text)
    info = TypeInfo(schema)
    places = Places(info)
    visit(document, TypeInfoVisitor(info, places))
    kind(schema, document, places, chance)
    return kind.__name__, print_ast(document)


def rename_field(schema, document, places, chance):
    field, parent, _ = chance.choice(places.fields)
    names = list(getattr(parent, "fields", {"id": None}))
    put(field, "name", name(chance.choice(names + ["nothing", "__typename", "__schema", "__type"])))


def change_value(schema, document, places, chance):
    if places.arguments:
        argument, _ = chance.choice(places.arguments)
        put(argument, "value", parsed_value(chance.choice(VALUES)))


def drop_argument(schema, document, places, chance):
    fields = [field for field, *_ in places.fields if field.arguments]
    if fields:
        field = chance.choice(fields)
        put(field, "arguments", tuple(argument for argument in field.arguments if chance.random() < 0.5))


def repeat_argument(schema, document, places, chance):
    fields = [field for field, *_ in places.fields if field.arguments]
    if fields:
        field = chance.choice(fields)
        extra = chance.choice(field.arguments)
        if chance.random() < 0.5:
            extra = ast.ArgumentNode(name=name("nothing"), value=extra.value)
        put(field, "arguments", (*field.arguments, extra))


def repeat_input_field(schema, document, places, chance):
    objects = [argument.value for argument, _ in places.arguments
               if isinstance(argument.value, ast.ObjectValueNode) and argument.value.fields]
    if objects:
        value = chance.choice(objects)
        if chance.random() < 0.5:
            put(value, "fields", (*value.fields, chance.choice(value.fields)))
        else:
            put(value, "fields", value.fields[1:])


def use_variable(schema, document, places, chance):
    """Rightly typed, or not: another type, nullable or not, with a default or not, declared twice or unused."""
    if not places.arguments:
        return
    argument, kind = chance.choice(places.arguments)
    if kind is None:
        return
    declared = str(kind)
    spelling = chance.randrange(8)
    if spelling == 0:
        declared = declared.rstrip("!")
    elif spelling == 1:
        declared = declared if declared.endswith("!") else declared + "!"
    elif spelling == 2:
        declared = chance.choice(["Int", "String!", "[ID!]", "Boolean", "PupilOrder", "Pupil", "Nothing"])
    elif spelling == 3:
        declared = f"[{declared}]"
    default = "" if chance.random() < 0.6 else f" = {chance.choice(VALUES[:-1])}"
    operation = document.definitions[0]
    written = parse(f"query V($v: {declared}{default}) {{ a }}").definitions[0].variable_definitions
    repeated = written if chance.random() < 0.1 else ()
    put(operation, "variable_definitions", (*(operation.variable_definitions or ()), *written, *repeated))
    if chance.random() < 0.9:
        put(argument, "value", ast.VariableNode(name=name("v")))


DIRECTIVES = ["@include(if: true)", "@skip(if: false)", "@skip", "@include(if: 1)", "@include(unless: true)",
              "@skip(if: true) @skip(if: true)", "@deprecated", "@nothing", "@specifiedBy(url: \"a\")",
              "@include(if: true) @skip(if: $undefined)", "@oneOf"]


def add_directive(schema, document, places, chance):
    written = parse(f"{{ a {chance.choice(DIRECTIVES)} }}").definitions[0].selection_set.selections[0].directives
    if chance.random() < 0.2:
        put(document.definitions[0], "directives", written)
    else:
        put(chance.choice(places.fields)[0], "directives", written)


def add_conflict(schema, document, places, chance):
    fields = [(field, parent) for field, parent, _ in places.fields if hasattr(parent, "fields")]
    field, parent = chance.choice(fields)
    other = chance.choice(list(parent.fields))
    leaf = is_leaf_type(get_named_type(parent.fields[other].type))
    alias = chance.choice([field.name.value, "other", "id"])
    addition = parsed_field(f"{alias}: {other}" + ("" if leaf else " { __typename }"))
    operation = document.definitions[0]
    for node, *_ in places.fields:
        if node.selection_set and field in node.selection_set.selections:
            put(node.selection_set, "selections", (*node.selection_set.selections, addition))
            return
    put(operation.selection_set, "selections", (*operation.selection_set.selections, addition))


def change_selection(schema, document, places, chance):
    field, _, kind = chance.choice(places.fields)
    if field.selection_set and chance.random() < 0.5:
        put(field, "selection_set", None)
    else:
        put(field, "selection_set", parsed_field("a { __typename }").selection_set)


def into_fragment(schema, document, places, chance):
    """A selection becomes a fragment: rightly, on another type, unused, twice, missing, or in a circle."""
    fields = [(field, kind) for field, _, kind in places.fields if field.selection_set and is_composite_type(kind)]
    if not fields:
        return
    field, kind = chance.choice(fields)
    on = kind.name
    how = chance.randrange(9)
    if how == 0:
        on = chance.choice(["Pupil", "Node", "Query", "Class", "String", "Nothing", "PupilFilter", "Agreement"])
    inside = field.selection_set
    if how == 1:
        inside = ast.SelectionSetNode(selections=(*inside.selections, ast.FragmentSpreadNode(name=name("F"), directives=())))
    made = parse(f"fragment F on {on} {{ a }}").definitions[0]
    put(made, "selection_set", inside)
    spread = ast.FragmentSpreadNode(name=name("Missing" if how == 2 else "F"), directives=())
    inline = parsed_field(f"a {{ ... on {on} {{ a }} }}").selection_set.selections[0]
    put(inline, "selection_set", inside)
    if how == 3:
        spread = parsed_field("a { __typename }").selection_set.selections[0]
    if how in (4, 5):
        put(field, "selection_set", ast.SelectionSetNode(selections=(inline,)))
        return
    put(field, "selection_set", ast.SelectionSetNode(selections=(spread,)))
    twice = (made, made) if how == 6 else (made,)
    put(document, "definitions", (*document.definitions, *twice))


def add_operation(schema, document, places, chance):
    text = chance.choice(["query A { __typename }", "{ __typename }", "mutation M { __typename }", "type T { a: Int }",
                          "subscription S { __typename }", "query A { __typename } query A { __typename }"])
    if chance.random() < 0.5:
        put(document.definitions[0], "name", name("First"))
    put(document, "definitions", (*document.definitions, *parse(text).definitions))


def tokens(text):
    lexer = Lexer(Source(text))
    found = []
    while True:
        token = lexer.advance()
        if token.kind == TokenKind.EOF:
            return found
        found.append(text[token.start:token.end])


def drop_token(text, chance):
    found = tokens(text)
    del found[chance.randrange(len(found))]
    return " ".join(found)


def repeat_token(text, chance):
    found = tokens(text)
    at = chance.randrange(len(found))
    return " ".join([*found[:at], found[at], *found[at:]])


def swap_tokens(text, chance):
    found = tokens(text)
    at, other = chance.randrange(len(found)), chance.randrange(len(found))
    found[at], found[other] = found[other], found[at]
    return " ".join(found)


def insert_character(text, chance):
    at = chance.randrange(len(text))
    character = chance.choice(list('{}()[]:!$@|&="\\#,.-0aZ_\n\t\u00e9\u2028\U0001F600\ufeff\x07\x00'))
    return text[:at] + character + text[at:]


CHANGES = [rename_field, rename_field, change_value, change_value, drop_argument, repeat_argument, repeat_input_field,
           use_variable, use_variable, use_variable, add_directive, add_conflict, change_selection, into_fragment,
           into_fragment, add_operation, drop_token, repeat_token, swap_tokens, insert_character]


def why_not(schema, text):
    """The first reason for which the reference refuses a document; none if it takes it."""
    try:
        document = parse(text)
    except GraphQLError as error:
        return f"parse: {error.message}"
    errors = validate(schema, document, max_errors=1)
    for definition in document.definitions:
        # The reference sees this when it is asked to run it; the specification has a rule for it.
        if isinstance(definition, ast.OperationDefinitionNode) and not schema.get_root_type(definition.operation):
            return f"there is no {definition.operation.value}"
    return errors[0].message if errors else None


def main():
    schema_file, by_hand, how_many, how_many_changed = sys.argv[1:]
    with open(schema_file, encoding="utf-8") as file:
        sdl = file.read()
    schema = build_schema(sdl)
    with open(by_hand, encoding="utf-8") as file:
        made = [("by hand", text) for text in file.read().split("\n----\n")]
    whole = generated(sdl, int(how_many))
    made += [("generated", text) for text in whole]
    chance = random.Random(20_261_125)
    for nth in range(int(how_many_changed)):
        made.append(changed(schema, whole[nth % len(whole)], chance))
    for how, text in made:
        print(json.dumps({"how": how, "document": text, "refused": why_not(schema, text)}))


main()
