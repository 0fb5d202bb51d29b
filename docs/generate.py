"""The pages of docs/ that list words: settings, causes, scenarios, commands. Each is printed from the table that runs.

`python docs/generate.py` writes them; `--check` writes nothing and exits with 1, and a diff, where one is stale.
"""

from __future__ import annotations

import difflib
import sys
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import click
from cause_pages import cause_pages, causes_page, in_italics
from cheat_sheet import cheat_sheet_page
from citations import linked
from domain_pages import domain_pages
from json_page import json_page
from message_page import messages_page

from harness.certificates.rules import CERTIFICATE_RULES, CertificateRule
from harness.cli.commands import commands
from harness.cli.exits import MEANINGS
from harness.diagnosis.causes import CAUSES, cause_keys
from harness.dns.faults import FAULTS
from harness.dns.ownership import KINDS
from harness.dns.walk_words import FINDINGS, NOTES
from harness.lab.actors import TITLES
from harness.lab.certificate_roles import CERTIFICATE_ROLES
from harness.lab.fields import Settings, describe
from harness.lab.setting_rows import SettingRow, setting_rows
from harness.lab.settings import AccessRule, CallPolicyRule, Certificate, Edge, Lab, SearchRule
from harness.lab.settings.network import DnsFault, DnsView, FirewallRule, Organisation, ZoneSetting
from harness.run.library import Library
from harness.scenario.model import Scenario
from harness.scenario.schema import scenario_schema
from harness.scenario.steps import STEP_KINDS
from harness.x509.name_rules import ADDRESSES, POLICIES

FOLDER = Path(__file__).parent
_NOTE = "<!-- Written by docs/generate.py from the table that runs: change that, then run `make docs`. -->"


def main(arguments: list[str]) -> int:
    """Write the pages, or check them; return the exit code."""
    if arguments not in ([], ["--check"]):
        sys.stderr.write("usage: python docs/generate.py [--check]\n")
        return 2
    stale = {name: text for name, text in pages().items() if _written(name) != text}
    for name, text in stale.items():
        if arguments:
            sys.stdout.writelines(_difference(name, text))
        else:
            (FOLDER / name).parent.mkdir(exist_ok=True)
            (FOLDER / name).write_text(text, encoding="utf-8")
    return 1 if arguments and stale else 0


def pages() -> dict[str, str]:
    """Return the text of every generated page by file name."""
    return {
        "settings.md": _page(settings_page(Library().healthy)),
        "causes.md": _page(causes_page(_NOTE)),
        "scenarios.md": _page(scenarios_page(Library().scenarios(()))),
        "names.md": _page(names_page()),
        "certificate-rules.md": _page(certificate_rules_page()),
        "messages.md": _page(messages_page(_NOTE)),
        "commands.md": _page(commands_page()),
        "json.md": _page(json_page(_NOTE)),
        "cheat-sheet.md": _page(cheat_sheet_page(commands, _NOTE)),
        **{name: _page(lines) for name, lines in cause_pages(_NOTE).items()},
        **{name: _page(lines) for name, lines in domain_pages(FOLDER, Library().scenarios(())).items()},
    }


def _page(lines: Iterable[str]) -> str:
    return "\n".join([*lines]).strip() + "\n"


def _written(name: str) -> str:
    path = FOLDER / name
    return path.read_text(encoding="utf-8") if path.exists() else ""


def _difference(name: str, text: str) -> Iterator[str]:
    old, new = _written(name).splitlines(keepends=True), text.splitlines(keepends=True)
    return difflib.unified_diff(old, new, f"docs/{name}", f"docs/{name} as it should be")


# --- names ---


def names_page() -> Iterator[str]:
    """Yield the page of the words of DNS and of domain ownership."""
    yield from ("# Names", "", _NOTE, "")
    yield (
        "The words in which the ladder and the verdict tell how a name led to an address, how Control Hub looked "
        "for a token, and how names are read in a certificate. In brackets stands who says so."
    )
    faults = {name: f"{row.title}. {row.meaning}" for name, row in FAULTS.items()}
    yield from _words("Faults that DNS can have", "For `name-server.faults`.", faults)
    for title, intro, meanings in (
        ("Steps of a walk", "What `sip-mtls locate` and the ladder note on the way.", NOTES),
        ("Ends of a walk", "Why a walk led to no address; each is a cause of its own.", FINDINGS),
        ("Checks of a token", "What Control Hub's look-up comes to.", KINDS),
    ):
        yield from _words(
            title, intro, {name: f"{said.text} ({linked(said.source)})" for name, said in meanings.items()}
        )
    policies = {policy.name: f"{policy.summary} ({linked(policy.source)})" for policy in POLICIES.values()}
    yield from _words("Name policies", ADDRESSES, policies)


def _words(title: str, intro: str, words: Mapping[str, str]) -> Iterator[str]:
    yield from ("", f"## {title}", "", intro, "", "| word | meaning |", "|---|---|")
    yield from (f"| `{name}` | {_cell(text)} |" for name, text in words.items())


# --- settings ---


PARTS: dict[str, tuple[type[Settings], str]] = {
    "A certificate": (Certificate, "Each is a setting of its own too, such as `jabber.certificate.faults`."),
    "An access rule": (AccessRule, "Of the list `expressway-e.default-zone.access-rules`."),
    "A call policy rule": (CallPolicyRule, "Of the list `expressway-e.call-policy`."),
    "A search rule": (SearchRule, "Of the lists `expressway-e.search-rules` and `expressway-c.search-rules`."),
    "An edge": (Edge, "Of the list `edges`."),
    "A firewall rule": (FirewallRule, "Of the list `firewall.rules`."),
    "A DNS zone": (ZoneSetting, "Of the list `name-server.zones`."),
    "A DNS view": (DnsView, "Of the list `name-server.views`."),
    "A DNS fault": (DnsFault, "Of the list `name-server.faults`; the faults are in [Names](names.md)."),
    "An organisation": (Organisation, "Of the list `control-hub.organisations`."),
}
"""Groups of keys that stand in several places, told once."""


def settings_page(healthy: Lab) -> Iterator[str]:
    """Yield the page of settings and of steps; `healthy` is the lab whose values it shows."""
    yield from ("# Settings", "", _NOTE, "")
    yield (
        "What a scenario can put into its `change`, and a lab file into its groups. *Value* is that of the healthy "
        "lab, `scenarios/lab.yaml`. Where the real product has the setting, its screen and its CLI name stand "
        "below. In brackets stands who says so, by keys of the [domain reference](domain.md)."
    )
    words = scenario_schema(cause_keys())["$defs"]["change"]["properties"]
    for actor, role in {**TITLES, "firewall": "Firewall", "": "The lab as a whole"}.items():
        yield from ("", f"## {role}", "", "| setting | value | meaning |", "|---|---|---|")
        rows = [row for row in setting_rows() if _belongs(row.path, actor) and "certificate." not in row.path]
        yield from (_setting_line(row, healthy, _choices(words[row.path])) for row in rows)
    for title, (model, where) in PARTS.items():
        yield from _keys_of(title, model, where)
    yield from _steps_part()


def _belongs(path: str, actor: str) -> bool:
    """Whether a setting is the actor's; of the lab as a whole those that are nobody's."""
    return path.startswith(f"{actor}.") if actor else "." not in path


def _choices(schema: Mapping[str, Any]) -> str:
    """Return the words that a setting takes, empty where it takes on and off or anything of a kind."""
    options = schema.get("anyOf", [schema])
    words = [word for option in options for word in option.get("enum", [option["const"]] if "const" in option else [])]
    return "" if "on" in words or len(words) < len(options) else "one of " + ", ".join(f"`{word}`" for word in words)


def _setting_line(row: SettingRow, healthy: Lab, choices: str) -> str:
    product = [f"*{row.screen}*"] if row.screen else []
    product += [f"`xConfiguration {row.command}`"] if row.command else []
    source = f" ({linked(row.source)})" if row.source else ""
    told = [_cell(row.meaning) + (f": {choices}" if choices else "") + source, *product]
    return f"| `{row.path}` | {_value(_at(healthy, row.path))} | {'<br>'.join(told)} |"


def _keys_of(title: str, model: type[Settings], where: str) -> Iterator[str]:
    yield from ("", f"## {title}", "", where, "", "| key | default | meaning |", "|---|---|---|")
    words = model.model_json_schema()["properties"]
    for field in model.model_fields.values():
        default = "needed" if field.is_required() else _value(field.default)
        choices = _choices(words[field.alias])
        meaning = describe(field)["meaning"] + (f": {choices}" if choices else "")
        yield f"| `{field.alias}` | {default} | {_cell(meaning)} |"


def _at(lab: Lab, path: str) -> Any:
    value: Any = lab.model_dump(by_alias=True, mode="json")
    for key in path.split("."):
        value = value.get(key) if isinstance(value, Mapping) else None
    return value


def _value(value: Any) -> str:
    """Return a value as a person writes it; long lists by their length, since the lab file shows them."""
    match value:
        case None | "" | [] | ():
            return "none"
        case bool():
            return "on" if value else "off"
        case {"profile": profile}:
            return f"profile `{profile}`"
        case [{**_first}, *_]:
            return f"{len(value)} rules"
        case list():
            return ", ".join(f"`{item}`" for item in value)
        case _:
            return f"`{_cell(str(value))}`"


def _steps_part() -> Iterator[str]:
    yield from ("", "## Steps", "", "What each actor can be told to do in a `play`.", "")
    yield from ("| step | meaning | options |", "|---|---|---|")
    for kind in STEP_KINDS:
        needed = {name: " (needed)" if name in kind.needs else "" for name in kind.options}
        options = "<br>".join(f"`{name}`{needed[name]}: {text}" for name, text in kind.options.items())
        yield f"| `{kind.actor}: {kind.verb}` | {_cell(kind.meaning)} | {_cell(options)} |"


# --- scenarios ---


def scenarios_page(scenarios: list[Scenario]) -> Iterator[str]:
    """Yield the page of shipped scenarios, by family."""
    yield from ("# Scenarios", "", _NOTE, "")
    yield (
        "What comes with sip-mtls. `sip-mtls show ID` tells one in full, `sip-mtls run ID` plays it. The rows are "
        "those of the [catalogue](domain/catalogue.md), which also has those that are not played."
    )
    for family in dict.fromkeys(scenario.family for scenario in scenarios):
        yield from ("", f"## {family}")
        for scenario in (each for each in scenarios if each.family == family):
            yield from _scenario_entry(scenario)


def _scenario_entry(scenario: Scenario) -> Iterator[str]:
    row = f"{scenario.row}. " if scenario.row else ""
    yield from ("", f"### {row}{scenario.title}", "", scenario.story, "")
    yield f"`{scenario.name}`, TLS {' and '.join(scenario.tls_versions)}: {_ending(scenario)}."


def _ending(scenario: Scenario) -> str:
    causes = list(dict.fromkeys(expected.cause for expected in scenario.expectations.values()))
    ends = ", ".join("completes" if key == CAUSES[0].key else f"[`{key}`](causes/{key}.md)" for key in causes)
    return ends + ("" if scenario.control else ", the healthy lab")


# --- certificate rules ---


def certificate_rules_page() -> Iterator[str]:
    """Yield the page of the rules by which `sip-mtls certs check` examines a certificate."""
    yield from ("# Certificate rules", "", _NOTE, "")
    yield (
        "What `sip-mtls certs check FILE --role ROLE` examines. An *error* is refused by a peer or by the box itself, "
        "a *warning* by some, an *info* is good to know. A certificate without extended key usage is fit for every "
        "role. In brackets stands who says so."
    )
    yield from ("", "## Roles", "", "| role | what it is | TLS | who sees it | names that it needs |")
    yield "|---|---|---|---|---|"
    for role in CERTIFICATE_ROLES.values():
        cells = (f"`{role.name}`", role.title, ", ".join(role.purposes), role.peers, role.names)
        yield f"| {' | '.join(map(_cell, cells))} |"
    for rule in CERTIFICATE_RULES:
        yield from _rule_entry(rule)


def _rule_entry(rule: CertificateRule) -> Iterator[str]:
    roles = "every role" if len(rule.roles) == len(CERTIFICATE_ROLES) else ", ".join(f"`{name}`" for name in rule.roles)
    yield from ("", f"## {rule.key}", "", f"**{rule.title}.** {rule.severity.value.capitalize()}, for {roles}.", "")
    yield f"Who minds: {_sentence(rule.peers or 'the peers of the role')}"
    yield from ("", f"What to do: {in_italics(rule.remedy)} ({linked(rule.source)})")


def _sentence(text: str) -> str:
    return text if text.endswith(".") else f"{text}."


# --- commands ---


def commands_page() -> Iterator[str]:
    """Yield the page of commands, their options and the exit codes."""
    yield from ("# Commands", "", _NOTE, "", _help(commands))
    for name, command in sorted(commands.commands.items()):
        yield from _command_entry(name, command)
        if isinstance(command, click.Group):
            for inner in sorted(command.commands):
                yield from _command_entry(f"{name} {inner}", command.commands[inner])
    yield from ("", "## Exit codes", "", "| code | meaning |", "|--:|---|")
    yield from (f"| {code.value} | {meaning} |" for code, meaning in MEANINGS.items())


def _command_entry(name: str, command: click.Command) -> Iterator[str]:
    yield from ("", f"## sip-mtls {name}", "", _help(command), "", "```", f"{_usage(name, command)}", "```")
    options = [parameter for parameter in command.params if isinstance(parameter, click.Option)]
    if options:
        yield from ("", "| option | meaning |", "|---|---|")
        yield from (_option_line(option) for option in options)


def _help(command: click.Command) -> str:
    paragraphs = (command.help or "").split("\n\n")
    return "\n\n".join(" ".join(paragraph.split()) for paragraph in paragraphs)


def _usage(name: str, command: click.Command) -> str:
    program = click.Context(commands, info_name="sip-mtls", **commands.context_settings)
    context = click.Context(command, parent=program, info_name=name)
    return " ".join([context.command_path, *command.collect_usage_pieces(context)])


def _option_line(option: click.Option) -> str:
    names = ", ".join(f"`{name}`" for name in (*option.opts, *option.secondary_opts))
    takes = "" if option.is_flag else f" {_takes(option)}"
    default = option.default() if callable(option.default) else option.default
    usual = f" Default: {default}." if option.show_default else ""
    return f"| {names}{takes} | {_cell((option.help or '') + usual)} |"


def _takes(option: click.Option) -> str:
    if isinstance(option.type, click.Choice):
        return " or ".join(str(choice) for choice in option.type.choices)
    return option.metavar or option.type.name.upper()


def _cell(text: str) -> str:
    """Return text for a cell of a table."""
    return " ".join(text.split()).replace("|", "\\|")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
