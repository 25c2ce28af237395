"""If this fails, a class is not graded in an engine's containers, or gets other grades there."""

import pytest

from autograder.box.walls import LANDLOCK, NAMESPACES
from tests.hosts import hosts
from tests.hosts.everybodys import AS_USER, USER
from tests.hosts.hosts import Host
from tests.hosts.long.containers import (
    ALL_USERS,
    DOCKER_MAY,
    compile_for_the_kernel,
    in_bubblewrap,
    in_runc,
    rules,
    why_not,
    without_mounts,
)

HIDDEN = ("unshare", "--mount", "sh", "-c", 'mount -t proc -o hidepid=2 proc /proc && exec "$@"',
          "sh")  # fmt: skip
"""A /proc of its own, in which nobody but root sees other people's processes."""


def runc(engine, **more):
    """What runs a command in a container with an engine's profile; with none, if it is ""."""

    def enter(command, everybodys, folder, environment):
        bundle = folder.with_name(f"{folder.name}-container")
        bundle.mkdir()
        profile = rules(engine, DOCKER_MAY) if engine else None
        return in_runc(bundle, everybodys.root, command, folder, environment, seccomp=profile,
                       **more)  # fmt: skip

    return enter


def bubblewrap(engine, *more, change=lambda rules: rules):
    """The same in bubblewrap; an engine's profile may be changed."""

    def enter(command, everybodys, folder, environment):
        path = None
        if engine:
            path = folder.with_name(f"{folder.name}-filter")
            compile_for_the_kernel(change(rules(engine)), path)
        return in_bubblewrap(everybodys.root, command, folder, environment, filter=path, more=more)

    return enter


IN_CONTAINERS = {
    each.tells: each
    for each in (
        Host("root in Docker's", LANDLOCK, container=runc("docker")),
        Host("a user in Docker's", LANDLOCK, container=runc("docker", user=USER), user=USER),
        Host("root in Docker's with users of its own", LANDLOCK,
             container=runc("docker", users=ALL_USERS), user=ALL_USERS[0]["hostID"]),
        Host("root in Podman's", LANDLOCK, container=runc("podman")),
        Host("a user in Podman's", NAMESPACES, container=runc("podman", user=USER), user=USER),
        Host("root in Podman's without another root", LANDLOCK,
             container=runc("podman", users=ALL_USERS), user=ALL_USERS[0]["hostID"]),
        Host("root in a pod without a profile", LANDLOCK, container=runc("")),
        Host("a user in a restricted pod", LANDLOCK, user=USER,
             container=runc("docker", user=USER, capabilities=(), no_new_privileges=True)),
        Host("root in bubblewrap", NAMESPACES, container=bubblewrap("")),
        Host("a user in bubblewrap", NAMESPACES, AS_USER, bubblewrap(""), USER),
        Host("a user in bubblewrap with Docker's profile", LANDLOCK, AS_USER, bubblewrap("docker"),
             USER),
        Host("a user in bubblewrap that refuses user namespaces", LANDLOCK, AS_USER,
             bubblewrap("", "--unshare-user", "--disable-userns"), USER),
        Host("a user in bubblewrap whose user namespaces are of no use", LANDLOCK, AS_USER,
             bubblewrap("podman", change=without_mounts), USER),
    )
}  # fmt: skip
ALONE = {
    each.tells: each
    for each in (
        Host("root where processes are hidden", NAMESPACES, HIDDEN),
        Host("a user where processes are hidden", NAMESPACES, HIDDEN + AS_USER, user=USER),
        Host("a user where these and user namespaces are refused", LANDLOCK,
             (*HIDDEN, *hosts.REFUSED, *AS_USER), user=USER),
    )
}  # fmt: skip


@pytest.mark.parametrize("name", IN_CONTAINERS)
def test_in_a_container_every_submission_gets_what_it_gets_here(
    everybodys, handed_in, one_by_one, name
):
    host = IN_CONTAINERS[name]
    if why := why_not() or hosts.why_not(host, everybodys):
        pytest.skip(why)
    folder = everybodys.course(name.replace(" ", "_").replace("'", ""), handed_in, host.user)
    level, found = hosts.graded(host, everybodys, folder, jobs=2)
    assert hosts.differences(found, one_by_one) == {}
    assert level == host.level


@pytest.mark.parametrize("name", ALONE)
def test_a_class_is_graded_where_processes_are_hidden_or_refused(
    everybodys, handed_in, one_by_one, name
):
    """The watch outside has to see a submission's processes."""
    host = ALONE[name]
    if why := hosts.why_not(host, everybodys):
        pytest.skip(why)
    folder = everybodys.course(name, handed_in, host.user)
    level, found = hosts.graded(host, everybodys, folder, jobs=2)
    assert hosts.differences(found, one_by_one) == {}
    assert level == host.level
