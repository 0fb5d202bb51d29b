"""`sip-mtls schema`: what sip-mtls writes as JSON is what its schemas say, no key less and none more."""

from __future__ import annotations

import json
from collections.abc import Iterator
from copy import deepcopy
from functools import partial
from pathlib import Path
from typing import Any

import click
import pytest
import trio
from cli_bench import Command, in_its_own_process, sip_mtls
from jsonschema import Draft202012Validator
from shipped_library import LIBRARY

from harness.certificates.matrix import MatrixRow, matrix_as_json
from harness.cli.commands import commands
from harness.cli.exits import Exit
from harness.cli.schemas import DOCUMENTS, SCENARIO, schema_of
from harness.lab.actors import TITLES
from harness.net.loopback import LoopbackNetwork
from harness.pki import LeafOrder, chain_pem
from harness.run.play import open_lab
from harness.run.suite import Order, run_suite

__all__ = ["sip_mtls"]


IN_MEMORY = ("--network", "memory")


def _objects(schema: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """Return the objects that a schema describes, by name; the outermost by an empty one."""
    return {name: each for name, each in {"": schema, **schema.get("$defs", {})}.items() if "properties" in each}


def _closed(name: str) -> dict[str, Any]:
    """Return a schema that allows no key besides its own, so that a key which it forgot is found."""
    schema = deepcopy(schema_of(name))
    for each in _objects(schema).values():
        each["additionalProperties"] = False
    return schema


def wrong_with(name: str, document: object) -> list[str]:
    """Return what a schema finds wrong with a document, keys that it does not know among it."""
    found = Draft202012Validator(_closed(name)).iter_errors(document)
    return [f"{error.json_path}: {error.message[:200]}" for error in found]


# --- what is written ---


@pytest.fixture(scope="module")
def certificates(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """A certificate of Expressway-E, and its renewal without clientAuth."""
    folder = tmp_path_factory.mktemp("certificates")
    for name, faults in (("old", ()), ("new", ("server-auth-only",))):
        (folder / f"{name}.pem").write_text(chain_pem(LIBRARY.lab_pki.issue(LeafOrder("expressway-e", faults))))
    return folder / "old.pem", folder / "new.pem"


def test_a_run_and_its_transcripts_are_as_their_schemas_say(sip_mtls: Command, tmp_path: Path) -> None:
    """Plays that complete and that do not, with names, sign-in, revocation and calls in them."""
    ended = sip_mtls("run", "O01", "M02", "B12", "I11", "D03", *IN_MEMORY, "--json", "-", "--out", tmp_path)

    document = json.loads(ended.out)
    transcripts = [json.loads(path.read_text("utf-8")) for path in tmp_path.rglob("transcript.json")]
    assert wrong_with("run", document) == []
    assert {step["stopped_at"] for play in document["plays"] for step in play["verdict"]["steps"]} > {None, "handshake"}
    assert len(transcripts) == len(document["plays"]) > 5
    assert [wrong for each in transcripts for wrong in wrong_with("transcript", each)] == []
    assert {event["kind"] for each in transcripts for event in each["transcript"]["events"]} >= {"sip", "dns", "http"}


def test_a_run_with_a_lab_that_could_not_be_set_up_is_too(sip_mtls: Command, tmp_path: Path) -> None:
    ended = sip_mtls("run", "B01", *IN_MEMORY, "--json", tmp_path / "run.json")
    document = json.loads((tmp_path / "run.json").read_text("utf-8"))
    assert ended.code == Exit.MET

    document["lost"] = [{"scenario": "b01", "tls_version": "1.3", "network": "memory", "reason": "no address is free"}]
    assert wrong_with("run", document) == []


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("explanation", ("explain", "sslv3 alert certificate unknown")),
        ("explanation", ("explain", "nobody knows this")),
        ("locate", ("locate", "sip:anna@example.com", "--behaviour", "expressway", "--count", "5")),
        ("locate", ("locate", "sip:anna@nowhere.example")),
        ("locate", ("locate", "127.64.0.10:5061")),
    ],
)
def test_what_a_command_writes_is_as_its_schema_says(sip_mtls: Command, name: str, words: tuple[str, ...]) -> None:
    assert wrong_with(name, json.loads(sip_mtls(*words, "--json", "-").out)) == []


def test_a_transcript_that_is_explained_comes_as_a_run(sip_mtls: Command, tmp_path: Path) -> None:
    sip_mtls("run", "B02", "--tls", "1.3", *IN_MEMORY, "--out", tmp_path)
    (transcript,) = tmp_path.rglob("transcript.json")
    for command in ("judge", "explain"):
        assert wrong_with("run", json.loads(sip_mtls(command, transcript, "--json", "-").out)) == []


def test_what_is_told_of_a_certificate_is_as_its_schema_says(
    sip_mtls: Command, certificates: tuple[Path, Path]
) -> None:
    old, new = certificates
    for words in ((new,), (old, "--name", "example.com", "--trust", old)):
        assert wrong_with("certificate", json.loads(sip_mtls("certs", "show", *words, "--json", "-").out)) == []
    checked = sip_mtls("certs", "check", new, "--role", "expressway-e-server", "--release", "x15.5", "--json", "-")
    assert json.loads(checked.out)["findings"]
    assert wrong_with("certificate-check", json.loads(checked.out)) == []


def test_a_comparison_and_a_plan_are_as_their_schemas_say(sip_mtls: Command, certificates: tuple[Path, Path]) -> None:
    asked = (*certificates, "--role", "expressway-e-server", "--release", "x15.4", "--json", "-")

    change = json.loads(sip_mtls("certs", "diff", *asked, "--scenario", "O01").out)
    plan = json.loads(sip_mtls("certs", "plan", *asked, "--stay").out)

    assert change["flips"]
    assert change["uploads"]
    assert wrong_with("certificate-change", change) == []
    assert plan["dead_ends"]
    assert wrong_with("change-plan", plan) == []


def test_a_matrix_is_as_its_schema_says() -> None:
    """The steps of real plays in a matrix of one row: the command plays 260 of them."""
    scenarios = tuple(LIBRARY.scenarios(("B01", "B12")))
    outcomes = run_suite(LIBRARY, Order(scenarios, ("1.2", "1.3"), "memory"), lambda _: None)
    links = {each.scenario.name: {each.verdict.tls_version: each.verdict.steps[0]} for each in outcomes}
    rows = [
        MatrixRow(next(iter(TITLES)), "server", usages, True, ("x15.4",), True, links)
        for usages in ((), ("serverAuth", "clientAuth"))
    ]
    assert wrong_with("eku-matrix", json.loads(matrix_as_json(rows, LIBRARY.lab_pki.now))) == []


async def test_a_probe_is_as_its_schema_says() -> None:
    async with open_lab(LIBRARY.healthy, LIBRARY.lab_pki, LoopbackNetwork()) as lab:
        host = lab.directory.address_of("expressway-e")
        command = partial(in_its_own_process, "probe", f"{host}:5062", "--as", "jabber", "--within", "2", "--json", "-")
        ended = await trio.to_thread.run_sync(command)

    document = json.loads(ended.out)
    assert document["card"]["trials"]
    assert wrong_with("probe", document) == []


def test_a_probe_of_a_name_that_leads_nowhere_is_too(sip_mtls: Command) -> None:
    document = json.loads(sip_mtls("probe", "127.0.0.1:9", "--within", "0.5", "--json", "-").out)
    assert wrong_with("probe", document) == []


@pytest.mark.parametrize(
    ("change", "wrong"),
    [
        ({"targets": None}, "$.targets: None is not of type 'array'"),
        ({"behaviour": "guessed"}, "$.behaviour: 'guessed' is not one of ['rfc3263', 'expressway']"),
        ({"more": 1}, "$: Additional properties are not allowed ('more' was unexpected)"),
    ],
)
def test_a_document_of_another_shape_is_found(sip_mtls: Command, change: dict[str, Any], wrong: str) -> None:
    document = json.loads(sip_mtls("locate", "127.64.0.10:5061", "--json", "-").out)
    assert wrong_with("locate", document | change) == [wrong]
    assert wrong_with("locate", {key: value for key, value in document.items() if key != "walks"}) == [
        "$: 'walks' is a required property"
    ]


# --- the schemas ---


@pytest.mark.parametrize("name", [SCENARIO, *DOCUMENTS])
def test_every_name_gives_a_schema(sip_mtls: Command, name: str) -> None:
    schema = json.loads(sip_mtls("schema", name).out)
    Draft202012Validator.check_schema(schema)
    assert schema["title"] == f"sip-mtls {name}"
    assert f"\n{name} " in f"\n{sip_mtls('schema').out}"


def test_a_name_that_there_is_not_is_answered_by_the_nearest(sip_mtls: Command) -> None:
    ended = sip_mtls("schema", "certificate-chek")
    assert ended.code == Exit.WRONG_INPUT
    assert "did you mean 'certificate-check'?" in ended.err


@pytest.mark.parametrize("name", DOCUMENTS)
def test_every_key_has_a_meaning(name: str) -> None:
    silent = [
        f"{part}.{key}"
        for part, each in _objects(schema_of(name)).items()
        for key, member in each["properties"].items()
        if "description" not in member
    ]
    assert silent == []


def test_a_schema_speaks_of_json_and_not_of_python() -> None:
    told = "".join(json.dumps(schema_of(name)) for name in DOCUMENTS)
    assert "None" not in told
    assert "_`" not in told


def test_a_key_that_comes_within_a_version_is_no_fault() -> None:
    for name in DOCUMENTS:
        assert "additionalProperties" not in "".join(
            map(str, (each.keys() for each in _objects(schema_of(name)).values()))
        )


def test_every_command_that_writes_json_has_a_schema() -> None:
    written = {words for row in DOCUMENTS.values() for words in row.written_by}
    with_json = {f"{name} --json" for name, command in _every_command() if "--json" in _options(command)}
    assert len(with_json) > 8
    assert with_json <= written
    assert {words.split(" --")[0] for words in written} <= {name for name, _ in _every_command()}


def _every_command() -> Iterator[tuple[str, click.Command]]:
    for name, command in commands.commands.items():
        yield name, command
        if isinstance(command, click.Group):
            yield from ((f"{name} {inner}", each) for inner, each in command.commands.items())


def _options(command: click.Command) -> set[str]:
    return {option for parameter in command.params for option in parameter.opts}
