# SPDX-License-Identifier: GPL-3.0-or-later
"""What the host under test is given: a namespace outside, and one behind a bridge, as containers are."""

from __future__ import annotations

HOST = {4: "198.51.100.1", 6: "2001:db8:51::1"}
OUTSIDE = {4: "198.51.100.2", 6: "2001:db8:51::2"}
CONTAINER = {4: "192.0.2.2", 6: "2001:db8:2::2"}

UP = f"""
set -e
sysctl net.ipv4.ip_forward net.ipv6.conf.all.forwarding net.ipv6.conf.default.disable_ipv6 \\
  net.ipv6.conf.default.accept_dad >/run/standin.conf
sysctl -qw net.ipv4.ip_forward=1 net.ipv6.conf.all.forwarding=1 net.ipv6.conf.default.disable_ipv6=0 \\
  net.ipv6.conf.default.accept_dad=0
ip netns add outside
ip netns add container
for space in outside container; do
  ip netns exec "$space" sysctl -qw net.ipv6.conf.all.disable_ipv6=0 net.ipv6.conf.default.disable_ipv6=0 \\
    net.ipv6.conf.default.accept_dad=0
done
ip netns exec outside sysctl -qw net.ipv4.ping_group_range="0 0"
ip link add public0 type veth peer name eth0 netns outside
ip link add br-standin type bridge
ip link add vethstandin master br-standin type veth peer name eth0 netns container
ip address add {HOST[4]}/24 dev public0
ip address add {HOST[6]}/64 dev public0 nodad
ip address add 192.0.2.1/24 dev br-standin
ip address add 2001:db8:2::1/64 dev br-standin nodad
for link in public0 br-standin vethstandin; do ip link set "$link" up; done
for space in outside container; do
  ip -n "$space" link set lo up
  ip -n "$space" link set eth0 up
done
ip -n outside address add {OUTSIDE[4]}/24 dev eth0
ip -n outside address add {OUTSIDE[6]}/64 dev eth0 nodad
ip -n outside route add default via {HOST[4]}
ip -n outside -6 route add default via {HOST[6]}
ip -n container address add {CONTAINER[4]}/24 dev eth0
ip -n container address add {CONTAINER[6]}/64 dev eth0 nodad
ip -n container route add default via 192.0.2.1
ip -n container -6 route add default via 2001:db8:2::1
nft -f - <<'END'
table inet standin {{
  chain prerouting {{
    type nat hook prerouting priority dstnat;
    fib daddr type != local return
    meta nfproto ipv4 meta l4proto {{ tcp, udp }} th dport {{ 80, 443, 8080 }} dnat ip to {CONTAINER[4]}:80
    meta nfproto ipv6 meta l4proto {{ tcp, udp }} th dport {{ 80, 443, 8080 }} dnat ip6 to [{CONTAINER[6]}]:80
  }}
}}
END
systemd-run --quiet --unit=standin-host python3 -c "$SERVER" 9000
for space in outside container; do
  systemd-run --quiet --unit="standin-$space" ip netns exec "$space" python3 -c "$SERVER" 80
done
for try in 1 2 3 4 5 6 7 8 9 10; do
  ip netns exec outside ss -Hltn | grep -q :80 && ip netns exec container ss -Hltn | grep -q :80 &&
    ss -Hltn | grep -q :9000 && exit 0
  sleep 0.3
done
exit 1
"""

DOWN = """
systemctl stop standin-host standin-outside standin-container
nft delete table inet standin
ip link delete public0
ip link delete br-standin
ip netns delete outside
ip netns delete container
sysctl -qp /run/standin.conf
"""

# Answers on one port, both families, TCP by accepting and UDP by sending back.
SERVER = """
import socket, sys
port = int(sys.argv[1])
tcp = socket.create_server(("::", port), family=socket.AF_INET6, dualstack_ipv6=True)
udp = socket.socket(socket.AF_INET6, socket.SOCK_DGRAM)
udp.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 0)
udp.bind(("::", port))
while True:
    udp.sendto(*udp.recvfrom(64))
"""

# Prints what one address said: "answers", "refuses" or nothing, which is "silent".
CLIENT = """
import socket, sys
kind, address, port = sys.argv[1], sys.argv[2], int(sys.argv[3])
family = socket.AF_INET6 if ":" in address else socket.AF_INET
icmp = socket.IPPROTO_ICMPV6 if ":" in address else socket.IPPROTO_ICMP
protocol = icmp if kind == "ping" else 0
client = socket.socket(family, socket.SOCK_STREAM if kind == "tcp" else socket.SOCK_DGRAM, protocol)
client.settimeout(1.2)
try:
    client.connect((address, port))
    if kind != "tcp":
        # The first octet of an echo request is its type: 128 in ICMPv6, 8 in ICMP.
        client.send(bytes([128 if ":" in address else 8, 0, 0, 0, 0, 0, 0, 1]))
        client.recv(64)
    print("answers")
except ConnectionRefusedError:
    print("refuses")
except (TimeoutError, socket.timeout):
    print("silent")
"""
