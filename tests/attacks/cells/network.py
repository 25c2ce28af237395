"""Talking to anybody: over the network, over local sockets, to the kernel's own."""
# Cells of notebooks, not a module.
# ruff: noqa

# /// tcp
# tells = "Connects to listeners on this machine over IPv4 and IPv6, and sends a secret."
# stopped_by = "no network"
# stock = "connected"
# ///
# %%
import socket


def send(family, address):
    with socket.socket(family, socket.SOCK_STREAM) as talk:
        talk.settimeout(1)
        talk.connect(address)
        talk.sendall(b"the hidden tests\n")
    return "connected"


tries("IPv4", send, socket.AF_INET, ("127.0.0.1", TOLD["tcp"]))
tries("IPv6", send, socket.AF_INET6, ("::1", TOLD["tcp6"]))
tries("mapped", send, socket.AF_INET6, ("::ffff:127.0.0.1", TOLD["tcp"]))
tries("any", send, socket.AF_INET, ("0.0.0.0", TOLD["tcp"]))

# /// http
# tells = "Fetches a page, as a script that asks somebody else for the answers would."
# stopped_by = "no network"
# stock = "fetched it, and a secret file"
# ///
# %%
import urllib.request

tries(
    "urllib", lambda: urllib.request.urlopen(f"http://127.0.0.1:{TOLD['tcp']}/", timeout=1).read()
)
tries(
    "localhost",
    lambda: urllib.request.urlopen(f"http://localhost:{TOLD['tcp']}/", timeout=1).read(),
)
tries("a file", lambda: urllib.request.urlopen(f"file://{TOLD['file']}").read())

# /// udp_and_dns
# tells = "Sends datagrams, a DNS query with data in its name among them, and broadcasts."
# stopped_by = "no network"
# stock = "sent them"
# ///
# %%
import socket


def datagram(address, data=b"secret.example", option=None):
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as talk:
        if option:
            talk.setsockopt(socket.SOL_SOCKET, option, 1)
        return talk.sendto(data, address)


query = b"\x12\x34\x01\0\0\1\0\0\0\0\0\0\x06secret\x07example\0\0\1\0\1"
tries("datagram", datagram, ("127.0.0.1", TOLD["udp"]))
tries("query", datagram, ("127.0.0.1", TOLD["udp"]), query)
tries("broadcast", datagram, ("127.255.255.255", TOLD["udp"]), query, socket.SO_BROADCAST)
tries("localhost by name", lambda: socket.create_connection(("localhost", TOLD["tcp"]), 1))

# /// local_sockets
# tells = "Connects to abstract sockets and to sockets in the course folder."
# stopped_by = "no network"
# stock = "connected"
# ///
# %%
import socket


def send(kind, address):
    with socket.socket(socket.AF_UNIX, kind) as talk:
        talk.settimeout(1)
        talk.connect(address)
        talk.send(b"the hidden tests\n")
    return "connected"


tries("abstract", send, socket.SOCK_STREAM, "\0" + TOLD["abstract"])


def near(path):
    os.chdir(os.path.dirname(path))  # the whole path may be longer than an address can be
    return send(socket.SOCK_STREAM, os.path.basename(path))


tries("path", near, TOLD["unix"])
for path in (
    "/var/run/docker.sock",
    "/run/docker.sock",
    "/run/dbus/system_bus_socket",
    "/run/systemd/private",
    "/run/containerd/containerd.sock",
    "/run/snapd.socket",
):
    tries(path, send, socket.SOCK_STREAM, path)

# /// sends_descriptors
# tells = "Hands an open file of its own to a listener over a local socket."
# stopped_by = "no network"
# stock = "handed it over"
# ///
# %%
import array
import socket


def hand_over():
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as talk:
        talk.connect("\0" + TOLD["abstract"])
        rights = array.array("i", [os.open(".", os.O_RDONLY)])
        return talk.sendmsg([b"x"], [(socket.SOL_SOCKET, socket.SCM_RIGHTS, rights)])


tries("descriptors", hand_over)

# /// kernel_sockets
# tells = "Opens netlink, raw, packet, vsock, crypto and other sockets of the kernel."
# stopped_by = "no network"
# stock = "opened them"
# ///
# %%
import socket

FAMILIES = {
    "netlink": (16, socket.SOCK_RAW, 0),
    "audit": (16, socket.SOCK_RAW, 9),
    "netfilter": (16, socket.SOCK_RAW, 12),
    "events": (16, socket.SOCK_RAW, 15),
    "raw": (2, socket.SOCK_RAW, 1),
    "raw IPv6": (10, socket.SOCK_RAW, 58),
    "ping": (2, socket.SOCK_DGRAM, 1),
    "packet": (17, socket.SOCK_RAW, 3 << 8),
    "vsock": (40, socket.SOCK_STREAM, 0),
    "crypto": (38, socket.SOCK_SEQPACKET, 0),
    "bluetooth": (31, socket.SOCK_RAW, 1),
    "can": (29, socket.SOCK_RAW, 1),
    "tipc": (30, socket.SOCK_SEQPACKET, 0),
    "xdp": (44, socket.SOCK_RAW, 0),
    "sctp": (2, socket.SOCK_SEQPACKET, 132),
    "mptcp": (2, socket.SOCK_STREAM, 262),
}
for name, (family, kind, protocol) in FAMILIES.items():
    tries(name, lambda: socket.socket(family, kind, protocol))
tries("devices", lambda: [name for _, name in socket.if_nameindex() if name != "lo"] or None)

# /// talks_to_the_hypervisor
# tells = "Connects to the host of a virtual machine over vsock."
# stopped_by = "no network"
# ///
# %%
import socket


def host():
    with socket.socket(40, socket.SOCK_STREAM) as talk:
        talk.settimeout(1)
        talk.connect((2, 22))
    return "connected"


tries("vsock", host)

# /// uses_inherited_sockets
# tells = "Looks for connected sockets among its descriptors, and asks who is at the other end."
# stopped_by = "one child each"
# stock = "found them"
# ///
# %%
import socket

for descriptor in range(256):
    try:
        if stat.S_ISSOCK(os.fstat(descriptor).st_mode):
            found = socket.socket(fileno=os.dup(descriptor))
            family = found.family
            if family != socket.AF_UNIX:
                succeeded(f"{descriptor} is {family.name} to {found.getpeername()}")
            elif found.getpeername():
                succeeded(f"{descriptor} leads to {found.getpeername()}")
    except OSError:
        continue

# /// serves
# tells = "Listens, so that somebody outside could come in."
# stopped_by = "no network"
# stock = "listened"
# ///
# %%
import socket


def listen(family, address):
    server = socket.socket(family, socket.SOCK_STREAM)
    server.bind(address)
    server.listen()
    return server.getsockname()


tries("IPv4", listen, socket.AF_INET, ("0.0.0.0", 0))
tries("IPv6", listen, socket.AF_INET6, ("::", 0))
