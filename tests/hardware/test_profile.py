from __future__ import annotations

import datetime
import json

import pytest

from worker_lint.errors import ProfileError
from worker_lint.hardware.facts import Facts
from worker_lint.hardware.machine import inspect
from worker_lint.hardware.profile import Profile, load, parse

MINIMAL = {
    "schema": "worker-lint/hardware-profile/1",
    "name": "small",
    "captured": {"method": "declared"},
    "cpu": {"usable": 2},
    "memory": {"limit_bytes": 2**30},
}
TEXT = json.dumps(MINIMAL)


def changed(path, value):
    """Return the minimal document with one figure at a JSON pointer."""
    document = json.loads(TEXT)
    *sections, key = path.strip("/").split("/")
    home = document
    for section in sections:
        home = home.setdefault(section, {})
    home[key] = value
    return json.dumps(document)


def test_the_minimal_profile(tmp_path):
    path = tmp_path / "small.json"
    path.write_text(TEXT, encoding="utf-8")
    profile = load(path)
    assert (profile.cpu.usable, profile.cpu.per, profile.ranks_per_node) == (2, "node", 1)
    assert (profile.shm, profile.gpu, profile.limits.processes) == (None, None, None)


def test_a_byte_order_mark_is_no_fault(tmp_path):
    path = tmp_path / "small.json"
    path.write_text(TEXT, encoding="utf-8-sig")
    assert load(path).name == "small"


def test_null_means_unlimited_and_a_missing_field_unknown():
    document = json.loads(TEXT) | {"limits": {"processes": None}, "shm": None}
    document["cpu"] |= {"quota": None, "host_logical": 4.0}
    profile = parse(document, "x")
    assert (profile.limits.processes, profile.limits.open_files_soft) == ("unlimited", None)
    assert (profile.cpu.quota, profile.cpu.affinity, profile.shm) == ("unlimited", None, "none")
    assert repr(profile.cpu.host_logical) == "4"
    assert parse(profile.to_document(), "x") == profile


NAMES = ["a100x8-256c-2t", "g4dn-xlarge", "k8s-cpu2-mem8", "laptop-8c-16g", "server-88c-126g", "slurm-12cpu-4task"]


@pytest.mark.parametrize("name", NAMES)
def test_the_examples_are_canonical(examples, name):
    path = examples / f"{name}.json"
    assert load(path).to_json() == path.read_text(encoding="utf-8")


def test_every_example_is_tested(examples):
    assert sorted(path.stem for path in examples.iterdir()) == NAMES


@pytest.mark.parametrize(
    ("text", "message"),
    [
        pytest.param("", "at line 1 column 1: is not JSON (Expecting value)", id="empty"),
        pytest.param('{"name":\n x}', "at line 2 column 2: is not JSON (Expecting value)", id="line and column"),
        pytest.param("[1, 2", "is not JSON", id="broken off"),
        pytest.param("[]", "at the top: [] is a list, not a table", id="a list"),
        pytest.param("[" * 100_000, "is nested too deep to be a profile", id="100,000 deep"),
        pytest.param('{"a":' * 100_000, "is nested too deep to be a profile", id="100,000 objects deep"),
        pytest.param("[" * 900 + "]" * 900, "", id="900 deep and closed"),
        pytest.param(
            TEXT.replace("profile/1", "profile/2"),
            "at /schema: is version 2, and this worker-lint reads version 1; install a newer worker-lint",
            id="a newer version",
        ),
        pytest.param(TEXT.replace("profile/1", "profile/0"), "at /schema: ", id="a version that never was"),
        pytest.param(TEXT.replace("worker-lint/", "x/"), "at /schema: ", id="another schema"),
        pytest.param("{}", "lacks 'schema', 'name', 'captured', 'cpu', 'memory'", id="nothing in it"),
        pytest.param(changed("/hostname", "gpu01"), "has no key 'hostname'", id="a private field"),
        pytest.param(
            changed("/cpu/usble", 2), "at /cpu: has no key 'usble'; did you mean 'usable'?", id="a misspelt field"
        ),
        pytest.param(changed("/cpu/usable", 0), "at /cpu/usable: 0 is not above 0", id="no CPUs"),
        pytest.param(changed("/cpu/usable", "2"), 'at /cpu/usable: "2" is a string, not a number', id="a string"),
        pytest.param(changed("/cpu/usable", True), "at /cpu/usable: true is a boolean", id="a boolean"),
        pytest.param(changed("/memory/limit_bytes", 1.5e9 + 0.5), "at /memory/limit_bytes: ", id="half a byte"),
        pytest.param(
            TEXT.replace('"usable": 2', '"usable": NaN'),
            "at /cpu/usable: nan is no finite 64-bit number",
            id="NaN",
        ),
        pytest.param(TEXT.replace('"usable": 2', '"usable": 1e999'), "at /cpu/usable: inf is no", id="beyond floats"),
        pytest.param(TEXT.replace('"usable": 2', f'"usable": {10**30}'), "at /cpu/usable: 1", id="beyond 64 bits"),
        pytest.param(
            TEXT.replace('"usable": 2', '"usable": 1' + "0" * 400),
            f"at /cpu/usable: 1{'0' * 58}… is no finite 64-bit number",
            id="beyond floats, in hundreds of digits",
        ),
        pytest.param(TEXT.replace('"usable": 2', '"usable": 1' + "0" * 5000), "", id="thousands of digits"),
        pytest.param(
            TEXT.replace('"usable": 2', '"usable": 2, "usable": 3'),
            'at /cpu: the key "usable" stands twice',
            id="a key twice",
        ),
        pytest.param(TEXT.replace("small", "\\ud800"), "at /name: half of a surrogate pair is no text", id="surrogate"),
        pytest.param(TEXT.replace("small", "Gro\\u00df"), "at /name: ", id="a name with capitals"),
        pytest.param(changed("/captured/at", "2026-13-41"), "at /captured/at: '2026-13-41' is no day", id="no day"),
        pytest.param(changed("/captured/at", "20261122"), "at /captured/at: '20261122' is no day", id="another form"),
        pytest.param(
            changed("/cpu/host_logical", 1),
            "at /cpu/usable: 2 exceeds cpu.host_logical, which is 1",
            id="more CPUs than the host",
        ),
        pytest.param(changed("/cpu/quota", 1.5), "at /cpu/usable: 2 exceeds cpu.quota, which is 1.5", id="quota"),
        pytest.param(changed("/cpu/affinity", 1), "at /cpu/usable: 2 exceeds cpu.affinity, which is 1", id="mask"),
        pytest.param(
            changed("/memory/host_bytes", 2**29),
            f"at /memory/limit_bytes: {2**30} exceeds memory.host_bytes, which is {2**29}",
            id="more memory than the host",
        ),
        pytest.param(
            changed("/limits", {"open_files_soft": 9, "open_files_hard": 8}),
            "at /limits/open_files_soft: 9 exceeds limits.open_files_hard, which is 8",
            id="a soft limit above the hard one",
        ),
        pytest.param(
            changed("/limits", {"open_files_soft": None, "open_files_hard": 8}),
            "at /limits/open_files_soft: no soft limit exceeds limits.open_files_hard, which is 8",
            id="an unlimited soft limit below a hard one",
        ),
        pytest.param(
            changed("/gpu", {"count": 0, "model": "T4"}), "at /gpu/count: 0 GPUs have no model", id="a model of none"
        ),
        pytest.param(
            changed("/provenance", {"cpu.usble": "measured"}),
            "at /provenance: 'cpu.usble' is no field; did you mean 'cpu.usable'?",
            id="the provenance of no field",
        ),
        pytest.param(changed("/provenance", {"cpu.usable": "guess"}), "at /provenance/cpu.usable: ", id="a guess"),
        pytest.param(changed("/a\nb", 1), "has no key 'a\\nb'", id="a line break in a key"),
    ],
)
def test_what_is_no_profile_is_one_line_with_file_place_and_remedy(tmp_path, text, message):
    path = tmp_path / "bad.json"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ProfileError) as caught:
        load(path)
    said = str(caught.value)
    assert said.startswith(f"{path}: ")
    assert message in said
    assert "\n" not in said
    assert "capture" in said or "install a newer" in said


def test_no_depth_of_nesting_is_more_than_an_error():
    # Just below the interpreter's limit the parser passes what the validation then cannot walk.
    for depth in range(20, 1200, 3):
        name = json.loads("[]")
        for _ in range(depth):
            name = [name]
        with pytest.raises(ProfileError):
            parse(MINIMAL | {"name": name}, "deep")


def test_a_missing_file(tmp_path):
    with pytest.raises(ProfileError, match=r"no\.json: there is no such file; run `worker-lint profile capture"):
        load(tmp_path / "no.json")


def test_a_folder_in_place_of_a_file(tmp_path):
    with pytest.raises(ProfileError, match="cannot be read"):
        load(tmp_path)


def test_a_path_that_no_file_can_have():
    from pathlib import Path

    with pytest.raises(ProfileError, match="cannot be read"):
        load(Path("a\0b"))


def test_bytes_that_are_not_utf_8(tmp_path):
    path = tmp_path / "bad.json"
    path.write_bytes(b'{"name": "\xff"}')
    with pytest.raises(ProfileError, match="at byte 10: is not UTF-8"):
        load(path)


GIB = 2**30
HOST = Facts(
    arch="x86_64",
    python=(3, 12),
    online_cpus=4,
    affinity=frozenset(range(4)),
    memory_bytes=16 * GIB,
    swap_bytes=0,
    shm_bytes=8 * GIB,
    open_files_soft=1024,
    open_files_hard=4096,
    processes="unlimited",
    load=(3.5, 2.0, 1.0),
    nvidia_smi="Tesla T4, 15360\n",
)
DAY = datetime.date(2026, 11, 22)


def test_a_measured_machine_as_a_document(tree):
    profile = Profile.from_machine(inspect(tree({}), {}, HOST), "g4dn", day=DAY)
    document = profile.to_document()
    assert document["captured"] == {
        "method": "live",
        "at": "2026-11-22",
        "tool": document["captured"]["tool"],
        "scope": "host",
    }
    assert document["cpu"] == {
        "usable": 4,
        "per": "node",
        "limited_by": "host",
        "host_logical": 4,
        "quota": None,
        "affinity": 4,
    }
    assert document["limits"] == {"open_files_soft": 1024, "open_files_hard": 4096, "processes": None}
    assert document["gpu"] == {"count": 1, "model": "Tesla T4", "memory_bytes": 15360 * 2**20}
    assert document["provenance"]["cpu.usable"] == "measured:online CPUs"
    assert parse(document, "x") == profile


def test_the_model_of_the_gpu_can_be_left_out(tree):
    profile = Profile.from_machine(inspect(tree({}), {}, HOST), "g4dn", gpu_model=False)
    assert profile.to_document()["gpu"] == {"count": 1, "memory_bytes": 15360 * 2**20}


def test_a_system_without_dev_shm_has_null_there(tree):
    facts = Facts(platform="darwin", arch="arm64", online_cpus=10, memory_bytes=32 * GIB)
    document = Profile.from_machine(inspect(tree({}), {}, facts), "mac").to_document()
    assert document["shm"] is None
    assert document["platform"]["start_method"] == "spawn"


def test_the_load_and_free_memory_are_not_in_the_document(tree):
    files = {"proc/meminfo": "MemTotal: 16777216 kB\nMemAvailable: 1234567 kB\n"}
    text = Profile.from_machine(inspect(tree(files), {}, HOST), "g4dn").to_json()
    assert "load" not in text
    assert str(1234567 * 1024) not in text


def test_nothing_private_is_in_the_document(tree):
    secrets = ["gpu01", "alice", "0f3cdeadbeef", "GPU-5d3f", "10.1.2.3", "jobs-head"]
    files = {
        "proc/self/mountinfo": "30 23 0:26 / /sys/fs/cgroup rw - cgroup2 cgroup2 rw\n",
        "proc/self/cgroup": "0::/alice/0f3cdeadbeef\n",
        "sys/fs/cgroup/alice/0f3cdeadbeef/cpu.max": "200000 100000\n",
        "sys/fs/cgroup/alice/0f3cdeadbeef/memory.max": f"{GIB}\n",
        "sys/fs/cgroup/alice/pids.max": "77\n",
        "etc/hostname": "gpu01\n",
    }
    environ = {
        "HOSTNAME": "gpu01",
        "USER": "alice",
        "SLURM_JOB_ID": "991",
        "SLURMD_NODENAME": "gpu01",
        "LSB_MCPU_HOSTS": "gpu01 3",
        "PBS_JOBID": "1.jobs-head",
        "KUBERNETES_SERVICE_HOST": "10.1.2.3",
        "CUDA_VISIBLE_DEVICES": "GPU-5d3f",
    }
    text = Profile.from_machine(inspect(tree(files), environ, HOST), "g4dn").to_json()
    assert '"usable": 2' in text
    assert [secret for secret in secrets if secret in text] == []


@pytest.mark.parametrize(("facts", "missing"), [(Facts(memory_bytes=GIB), "CPUs"), (Facts(online_cpus=1), "memory")])
def test_a_machine_that_cannot_be_measured_has_no_profile(tree, facts, missing):
    with pytest.raises(ProfileError, match=f"the {missing} of this machine cannot be measured"):
        Profile.from_machine(inspect(tree({}), {}, facts), "x")
