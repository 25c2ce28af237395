"""Containers, as engines make them by default, without an engine: by runc and bubblewrap."""

import ctypes
import json
import os
import platform
import shutil

from tests.temporary_course import ROOT

PROFILES = {
    "docker": "usr/share/gocode/src/github.com/docker/docker/profiles/seccomp/default.json",
    "podman": "usr/share/containers/seccomp.json",
}
"""Where the engines' packages in Debian hold what system calls their containers may make."""
UNPACKED = ROOT / ".venv/engines"
GET_THEM = "run `make engines`, on Debian or Ubuntu as root"

DOCKER_MAY = (
    "CAP_CHOWN", "CAP_DAC_OVERRIDE", "CAP_FSETID", "CAP_FOWNER", "CAP_MKNOD", "CAP_NET_RAW",
    "CAP_SETGID", "CAP_SETUID", "CAP_SETFCAP", "CAP_SETPCAP", "CAP_NET_BIND_SERVICE",
    "CAP_SYS_CHROOT", "CAP_KILL", "CAP_AUDIT_WRITE",
)  # fmt: skip
"""The capabilities of root in a container of Docker's; Podman's and Kubernetes' are among them."""
MASKED = (
    "/proc/asound", "/proc/acpi", "/proc/kcore", "/proc/keys", "/proc/latency_stats",
    "/proc/timer_list", "/proc/timer_stats", "/proc/sched_debug", "/proc/scsi", "/sys/firmware",
)  # fmt: skip
READ_ONLY = ("/proc/bus", "/proc/fs", "/proc/irq", "/proc/sys", "/proc/sysrq-trigger")
ARCHITECTURES = {"x86_64": "amd64", "aarch64": "arm64"}
ALL_USERS = [{"containerID": 0, "hostID": 100_000, "size": 65_536}]


def why_not():
    """Why there are no containers here; "" if there are."""
    missing = [each for each in ("runc", "bwrap") if not shutil.which(each)]
    missing += [name for name, path in PROFILES.items() if not (UNPACKED / path).is_file()]
    return f"without {', '.join(missing)}: {GET_THEM}" if missing else ""


def rules(engine, capabilities=()):
    """An engine's profile for this machine, as the OCI's specification has it."""
    profile = json.loads((UNPACKED / PROFILES[engine]).read_text())
    here = {"arches": {ARCHITECTURES[platform.machine()]}, "caps": {*capabilities}}

    def counts(rule):
        wanted, unwanted = rule.get("includes") or {}, rule.get("excludes") or {}
        return all(here[kind] & {*wanted[kind]} for kind in here if wanted.get(kind)) and not any(
            here[kind] & {*unwanted.get(kind, ())} for kind in here
        )

    kept = ("names", "action", "errnoRet", "args")
    (machine,) = (
        each
        for each in profile["archMap"]
        if each["architecture"] == f"SCMP_ARCH_{platform.machine().upper()}"
    )
    return {
        "defaultAction": profile["defaultAction"],
        "defaultErrnoRet": profile.get("defaultErrnoRet", 1),
        "architectures": [machine["architecture"], *machine["subArchitectures"]],
        "syscalls": [
            {key: rule[key] for key in kept if rule.get(key) is not None}
            for rule in profile["syscalls"] if counts(rule)
        ],
    }  # fmt: skip


def without_mounts(rules):
    """The same, but that nothing may be mounted: a user namespace can be made, and is of no use.

    AppArmor has it so on Ubuntu since 23.10.
    """
    mounting = {"mount", "umount2", "open_tree", "move_mount", "mount_setattr", "pivot_root"}
    kept = [
        rule | {"names": [name for name in rule["names"] if name not in mounting]}
        for rule in rules["syscalls"]
    ]
    refused = {"names": sorted(mounting), "action": "SCMP_ACT_ERRNO", "errnoRet": 1}
    return rules | {"syscalls": [*kept, refused]}


def in_runc(bundle, visible, command, folder, environment, *, user=0, seccomp=None,
            capabilities=DOCKER_MAY, no_new_privileges=False, users=None):  # fmt: skip
    """What runs a command in a container of runc's.

    Parameters
    ----------
    bundle : pathlib.Path
        An empty folder, for the container.
    visible : path
        What it sees besides the system; it may write there.
    command : list of str
    folder : path
        Where it is run.
    environment : dict of str to str
    user : int
    seccomp : dict, optional
        What :func:`rules` returned; none by default.
    capabilities : iterable of str
        Of root.
    no_new_privileges : bool
    users : list of dict, optional
        The users of a user namespace for the container; by default those of the host.
    """
    root = bundle / "root"
    for name in ("usr", "etc", "proc", "dev", "sys", "tmp"):
        (root / name).mkdir(parents=True)
    (root / "tmp").chmod(0o1777)  # which runc gives to what it mounts there
    for name in ("bin", "lib", "lib64", "sbin"):
        (root / name).symlink_to(f"usr/{name}")
    kinds = ["pid", "mount", "ipc", "uts", "network", *(["user"] if users else [])]
    held = sorted(capabilities) if user == 0 else []
    linux = {
        "namespaces": [{"type": each} for each in kinds],
        "maskedPaths": MASKED, "readonlyPaths": READ_ONLY,
    }  # fmt: skip
    if users:
        linux |= {"uidMappings": users, "gidMappings": users}
    if seccomp:
        linux["seccomp"] = seccomp
    config = {
        "ociVersion": "1.0.2",
        "process": {
            "user": {"uid": user, "gid": user}, "args": [*map(str, command)], "cwd": str(folder),
            "env": [f"{name}={value}" for name, value in environment.items()],
            "capabilities": {"bounding": sorted(capabilities), "effective": held,
                             "permitted": held},
            "noNewPrivileges": no_new_privileges,
        },
        "root": {"path": str(root), "readonly": True},
        "mounts": [
            _mount("proc", "proc", "proc", "nosuid", "noexec", "nodev"),
            _mount("tmpfs", "dev", "tmpfs", "nosuid", "mode=755"),
            _mount("tmpfs", "dev/shm", "shm", "nosuid", "noexec", "nodev", "size=64m"),
            _mount("tmpfs", "tmp", "tmpfs", "nosuid", "nodev"),
            _mount("bind", "usr", "/usr", "rbind", "ro"),
            _mount("bind", "etc", "/etc", "rbind", "ro"),
            _mount("bind", str(visible)[1:], visible, "rbind", "rw"),
        ],
        "linux": linux,
    }  # fmt: skip
    (bundle / "config.json").write_text(json.dumps(config))
    return ["runc", "--root", str(bundle / "state"), "run", "--bundle", str(bundle), bundle.name]


def _mount(kind, target, source, *options):
    return {"destination": f"/{target}", "type": kind, "source": str(source), "options": options}


def in_bubblewrap(visible, command, folder, environment, *, filter=None, more=()):
    """What runs a command in bubblewrap.

    Parameters
    ----------
    visible, command, folder, environment
        See :func:`in_runc`.
    filter : path, optional
        A file that :func:`compile_for_the_kernel` wrote.
    more : iterable of str
        Options of bwrap.
    """
    options = ["--unshare-all", "--clearenv", "--ro-bind", "/usr", "/usr", "--ro-bind", "/etc",
               "/etc", "--proc", "/proc", "--dev", "/dev", "--tmpfs", "/tmp", "--bind", visible,
               visible, "--chdir", folder]  # fmt: skip
    for name in ("bin", "lib", "lib64", "sbin"):
        options += ["--symlink", f"usr/{name}", f"/{name}"]
    for name, value in environment.items():
        options += ["--setenv", name, value]
    command = ["bwrap", *map(str, options), *more, *map(str, command)]
    if filter is None:
        return command
    command[1:1] = ["--seccomp", "9"]
    return ["sh", "-c", 'exec "$@" 9< "$0"', str(filter), *command]


def compile_for_the_kernel(rules, path):
    """Write what :func:`rules` returned as the kernel reads it; libseccomp, as in runc, does it."""
    library = ctypes.CDLL("libseccomp.so.2")
    library.seccomp_init.restype = ctypes.c_void_p
    found = ctypes.c_void_p(library.seccomp_init(_action(rules["defaultAction"], rules)))

    class Comparison(ctypes.Structure):
        _fields_ = (("index", ctypes.c_uint), ("how", ctypes.c_int),
                    ("value", ctypes.c_uint64), ("other", ctypes.c_uint64))  # fmt: skip

    how = ["", "NE", "LT", "LE", "EQ", "GE", "GT", "MASKED_EQ"]
    for rule in rules["syscalls"]:
        compared = [
            Comparison(each["index"], how.index(each["op"].removeprefix("SCMP_CMP_")),
                       each["value"], each.get("valueTwo", 0))
            for each in rule.get("args", ())
        ]  # fmt: skip
        for name in rule["names"]:
            number = library.seccomp_syscall_resolve_name(name.encode())
            action = _action(rule["action"], rule)
            if number >= 0 and action != _action(rules["defaultAction"], rules):
                array = (Comparison * len(compared))(*compared)
                wrong = library.seccomp_rule_add_array(found, action, number, len(compared), array)
                assert not wrong, (name, os.strerror(-wrong))
    with open(path, "wb") as file:
        assert library.seccomp_export_bpf(found, file.fileno()) == 0
    library.seccomp_release(found)


def _action(name, rule):
    if name == "SCMP_ACT_ALLOW":
        return 0x7FFF0000
    assert name == "SCMP_ACT_ERRNO", name
    return 0x00050000 | rule.get("errnoRet", rule.get("defaultErrnoRet", 1))
