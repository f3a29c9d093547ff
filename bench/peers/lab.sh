#!/bin/bash
# lab.sh: the peers' namespaces, load-balancer configurations and measurements. Sourced, or: lab.sh CMD ARGS
# env: L=dir with generate, peers.bpf.o, bench_peers_loader; MODE=1c (all on one CPU) | 2c (generator CPU0, LB's NAPI thread on CPU1)
L=${L:-$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)}; B=${PLBPF:-/run/plbpf}; export PLBPF=$B; MODE=${MODE:-1c}
GENCPU=${GENCPU:-0}; LBCPU=${LBCPU:-1}
MC0=02:00:00:00:01:01 ML0=02:00:00:00:01:02 ML1=02:00:00:00:02:01 MS1=02:00:00:00:02:02 ML2=02:00:00:00:03:01 MS2=02:00:00:00:03:02
cl() { ip netns exec pl-cl "$@"; }; lb() { ip netns exec pl-lb "$@"; }; r1() { ip netns exec pl-r1 "$@"; }; r2() { ip netns exec pl-r2 "$@"; }
nsid=0
progs() { mkdir -p $B; mountpoint -q $B || mount -t bpf pl-bpf $B; rm -rf $B/progs $B/maps; mkdir -p $B/progs $B/maps; bpftool prog loadall $L/peers.bpf.o $B/progs pinmaps $B/maps; }
xdp() { # ns dev prog|off
  if [ $3 = off ]; then ip netns exec $1 ip link set dev $2 xdp off; else ip netns exec $1 ip -force link set dev $2 xdpdrv pinned $B/progs/$3; fi; }
veth() { # nsA devA macA nsB devB macB
  ip link add $2 netns $1 address $3 numrxqueues 1 numtxqueues 1 type veth peer name $5 netns $4 address $6 numrxqueues 1 numtxqueues 1; }
up() { local n x d;
  for n in cl lb r1 r2; do ip netns add pl-$n; ip -n pl-$n link set lo up; done
  veth pl-cl pl-c0 $MC0 pl-lb pl-l0 $ML0; veth pl-lb pl-l1 $ML1 pl-r1 pl-s1 $MS1; veth pl-lb pl-l2 $ML2 pl-r2 pl-s2 $MS2
  for n in cl lb r1 r2; do ip netns exec pl-$n bash -c 'for d in /proc/sys/net/ipv6/conf/*/disable_ipv6; do [ -e $d ] && echo 1 > $d; done; for d in /proc/sys/net/ipv4/conf/*/rp_filter; do echo 0 > $d; done; echo 0 > /proc/sys/net/ipv4/conf/all/send_redirects; :' ; done
  ip -n pl-cl addr add 10.1.0.1/16 dev pl-c0; ip -n pl-lb addr add 10.1.255.254/16 dev pl-l0
  ip -n pl-lb addr add 10.2.1.254/24 dev pl-l1; ip -n pl-r1 addr add 10.2.1.1/24 dev pl-s1
  ip -n pl-lb addr add 10.2.2.254/24 dev pl-l2; ip -n pl-r2 addr add 10.2.2.1/24 dev pl-s2
  for x in "pl-cl pl-c0" "pl-lb pl-l0" "pl-lb pl-l1" "pl-lb pl-l2" "pl-r1 pl-s1" "pl-r2 pl-s2"; do set -- $x; ip netns exec $1 ethtool -K $2 gro on >/dev/null 2>&1; ip -n $1 link set $2 up; done
  ip -n pl-lb neigh replace 10.2.1.1 lladdr $MS1 dev pl-l1 nud permanent; ip -n pl-lb neigh replace 10.2.2.1 lladdr $MS2 dev pl-l2 nud permanent
  ip -n pl-lb neigh replace 10.1.0.1 lladdr $MC0 dev pl-l0 nud permanent; ip -n pl-cl neigh replace 10.1.255.254 lladdr $ML0 dev pl-c0 nud permanent
  # generated clients 10.1.0.0/16 live behind 10.1.0.1, so that answers need no ARP
  ip -n pl-lb addr flush dev pl-l0; ip -n pl-lb addr add 10.1.255.254/32 dev pl-l0; ip -n pl-lb route add 10.1.0.1/32 dev pl-l0; ip -n pl-lb route add 10.1.0.0/16 via 10.1.0.1 dev pl-l0
  ip -n pl-lb neigh replace 10.1.0.1 lladdr $MC0 dev pl-l0 nud permanent
  ip -n pl-r1 route add default via 10.2.1.254; ip -n pl-r2 route add default via 10.2.2.254; ip -n pl-cl route add default via 10.1.255.254
  ip -n pl-r1 neigh replace 10.2.1.254 lladdr $ML1 dev pl-s1 nud permanent; ip -n pl-r2 neigh replace 10.2.2.254 lladdr $ML2 dev pl-s2 nud permanent
  lb sh -c 'echo 1 > /proc/sys/net/ipv4/ip_forward'
  xdp pl-cl pl-c0 pl_drop0; xdp pl-r1 pl-s1 pl_drop0; xdp pl-r2 pl-s2 pl_drop1
  for d in pl-l0 pl-l1 pl-l2; do lb ethtool -K $d gro off; lb ethtool -K $d gro on; done  # NAPI on: needed for XDP frames to be received with no XDP program
  macs; threaded; }
hx() { echo $1 | tr ':' ' '; }
macs() { # the XDP forwarders' table
  local i1 i2; i1=$(lb cat /sys/class/net/pl-l1/ifindex) i2=$(lb cat /sys/class/net/pl-l2/ifindex)
  le() { printf '%d %d %d %d' $(($1&255)) $(($1>>8&255)) $(($1>>16&255)) 0; }
  fw() { bpftool map update pinned $B/maps/pl_fwd key $1 0 0 0 value hex $(hx $2) $(hx $3) $(printf '%02x %02x 00 00' $(($4&255)) $(($4>>8&255))); }
  if [ "${1:-}" = tx ]; then fw 0 $MC0 $ML0 0; else fw 0 $MS1 $ML1 $i1; fi; fw 1 $MS2 $ML2 $i2
  fw 3 $MC0 $ML0 0; lb bpftool map update pinned $B/maps/pl_dev key 3 0 0 0 value $(le $(lb cat /sys/class/net/pl-l0/ifindex))
  lb bpftool map update pinned $B/maps/pl_dev key 0 0 0 0 value $(le $i1)
  lb bpftool map update pinned $B/maps/pl_dev key 1 0 0 0 value $(le $i2); }
threaded() { [ $MODE = 2c ] || return 0; lb sh -c 'echo 1 > /sys/class/net/pl-l0/threaded'; sleep .1; for p in $(pgrep -f 'napi/pl-l0' ); do taskset -pc $LBCPU $p >/dev/null; renice -n -20 -p $p >/dev/null; done; }
threadedall() { for d in pl-l0 pl-l1 pl-l2; do lb sh -c "echo 1 > /sys/class/net/$d/threaded"; done; sleep .1; for p in $(pgrep -f 'napi/pl-l[012]'); do taskset -pc $LBCPU $p >/dev/null; renice -n -20 -p $p >/dev/null; done; }
nsdown() { local n; for n in cl lb r1 r2; do ip netns del pl-$n 2>/dev/null; done; }
fresh() { nsdown; up 2>/dev/null || { sleep 1; nsdown; sleep 1; up; }; } # a new lab: no connection survives from the last configuration
down() { nsdown; rm -rf $B/progs $B/maps; umount $B 2>/dev/null; }
clean() { # the load balancer as after up
  lb ipvsadm -C 2>/dev/null; lb nft flush ruleset 2>/dev/null; xdp pl-lb pl-l0 off 2>/dev/null; xdp pl-lb pl-l1 off 2>/dev/null; xdp pl-lb pl-l2 off 2>/dev/null
  ip -n pl-lb route del local 10.9.0.0/16 dev lo 2>/dev/null; ip -n pl-lb route del 10.9.0.0/16 2>/dev/null
  xdp pl-r1 pl-s1 pl_drop0; xdp pl-r2 pl-s2 pl_drop1; xdp pl-cl pl-c0 pl_drop0; KEYS=0,1; XDPMODE=; }
vips() { # print the addresses of N vips
  local n=$1 i; for ((i=0;i<n;i++)); do echo 10.9.$(((i+1)>>8)).$(((i+1)&255)); done; }
rips() { # print N real servers: half behind each side
  local n=$1 i; for ((i=0;i<n;i++)); do if ((i%2)); then echo 10.2.2.$((1+i/2%200)); else echo 10.2.1.$((1+i/2%200)); fi; done; }
ripneigh() { local i; for ((i=1;i<=$1;i++)); do echo "neigh replace 10.2.1.$i lladdr $MS1 dev pl-l1 nud permanent"; echo "neigh replace 10.2.2.$i lladdr $MS2 dev pl-l2 nud permanent"; done | ip -n pl-lb -batch -; }
NV=1 NR=2 PORT=80 PROTO=17 SCHED=rr
cfg() { # configuration name
  local v r i d;
  clean; CFG=$1; KEYS=0,1
  case $1 in
  drop) xdp pl-lb pl-l0 pl_drop0;;
  xdptx) macs tx; xdp pl-lb pl-l0 pl_lbtx;;
  xdpredir) macs; xdp pl-lb pl-l0 pl_lbredir;;
  xdpredirrt) macs; xdp pl-lb pl-l0 pl_lbredir; xdp pl-lb pl-l1 pl_lbback; xdp pl-lb pl-l2 pl_lbback; rt;; # the least that goes there and back
  xdpflow|xdpmag) macs; for v in $(vips $NV); do echo "map update pinned $B/maps/pl_vip key $(echo $v | tr . ' ') $((PORT>>8)) $((PORT&255)) $PROTO 0 value 0 0 0 0"; done > /tmp/pl-vips.batch; bpftool batch file /tmp/pl-vips.batch >/dev/null; xdp pl-lb pl-l0 pl_lb${1#xdp};;
  route) ip -n pl-lb route add 10.9.0.0/16 via 10.2.1.1;;
  routect) ip -n pl-lb route add 10.9.0.0/16 via 10.2.1.1; nftct;;
  ek-*) evenkeel ${1#ek-};;
  ipvs-*) ip -n pl-lb route add local 10.9.0.0/16 dev lo; ipvs ${1#ipvs-};;
  nft-*) nftcfg ${1#nft-};;
  nftlb-*) nftlbcfg ${1#nftlb-};;
  *) echo "unknown $1"; return 1;;
  esac; }
ipvs() { # dr|nat|tun|natrt
  local f; case $1 in dr*) f=-g;; nat*) f=-m;; tun*) f=-i;; fullnat*) f=-m;; esac
  local u=-u; [ $PROTO = 6 ] && u=-t
  # conn_reuse etc. stay at their defaults, but for the overload defence
  lb sh -c 'for k in sloppy_tcp:1 drop_entry:0 drop_packet:0; do echo ${k#*:} > /proc/sys/net/ipv4/vs/${k%:*} 2>/dev/null; done; :'
  local v r; for v in $(vips $NV); do echo "-A $u $v:$PORT -s $SCHED"; for r in $(rips $NR); do echo "-a $u $v:$PORT -r $r:$PORT $f -w 1"; done; done > /tmp/pl-ipvs; lb ipvsadm -R < /tmp/pl-ipvs
  lb ipvsadm --set 900 120 ${UDPTO:-300} 
  case $1 in natrt) KEYS=0; rt;; fullnat*) lb sh -c 'echo 1 > /proc/sys/net/ipv4/vs/conntrack'; lb nft -f - <<N
table ip plm { chain post { type nat hook postrouting priority 100; oifname { "pl-l1", "pl-l2" } masquerade; }; }
N
  ;; esac; }
evenkeel() { # dr|nat|snat, rt: there and back. The program, with the data plane that its packet tests use
  rm -f $B/progs/ek; lb $L/bench_peers_loader $B/progs/ek ${1%rt} $(vips 1) $PORT $(lb cat /sys/class/net/pl-l1/ifindex) $(lb cat /sys/class/net/pl-l2/ifindex) || return 1
  xdp pl-lb pl-l0 ek; case $1 in *rt) xdp pl-lb pl-l1 ek; xdp pl-lb pl-l2 ek; rt;; esac; }
rt() { # answering real servers: delivered = answers back at the client; forwarding both ways
  xdp pl-r1 pl-s1 pl_reflect; xdp pl-r2 pl-s2 pl_reflect; KEYS=0; }
nftct() { lb nft -f - <<N
table ip plt { chain c { type filter hook forward priority 0; ct state established,related,new accept; }; }
N
}
nftcfg() { case $1 in
  dnat*) ip -n pl-lb route del 10.9.0.0/16 2>/dev/null; lb nft -f - <<N
table ip plb {
 map svc { type ipv4_addr . inet_proto . inet_service : verdict; elements = { $(for v in $(vips $NV); do echo "$v . $PROTO . $PORT : goto b,"; done) } }
 chain b { dnat to jhash ip saddr . th sport mod 2 map { 0 : 10.2.1.1, 1 : 10.2.2.1 }; }
 chain pre { type nat hook prerouting priority -100; ip daddr . meta l4proto . th dport vmap @svc; }
}
N
   [ $1 = dnatrt ] && rt; [ $1 = dnatflow ] && { lb nft -f - <<N
table ip plf { flowtable f { hook ingress priority 0; devices = { "pl-l0", "pl-l1", "pl-l2" }; }
 chain fw { type filter hook forward priority 0; meta l4proto { tcp, udp } flow add @f; }; }
N
   rt; }; :;;
  dsr) lb nft -f - <<N
table netdev plb {
 map svc { type ipv4_addr . inet_proto . inet_service : verdict; elements = { $(for v in $(vips $NV); do echo "$v . $PROTO . $PORT : goto b,"; done) } }
 chain b { ether saddr set $ML1 ether daddr set jhash ip saddr . th sport mod 2 map { 0 : $MS1, 1 : $MS2 } fwd to ether daddr map { $MS1 : "pl-l1", $MS2 : "pl-l2" }; }
 chain in { type filter hook ingress device "pl-l0" priority 0; ip daddr . ip protocol . th dport vmap @svc; }
}
N
  ;; sdnat) lb nft -f - <<N
table netdev plb {
 map svc { type ipv4_addr . inet_proto . inet_service : verdict; elements = { $(for v in $(vips $NV); do echo "$v . $PROTO . $PORT : goto b,"; done) } }
 chain b { ip daddr set jhash ip saddr . th sport mod 2 map { 0 : 10.2.1.1, 1 : 10.2.2.1 } ether saddr set $ML1 ether daddr set ip daddr map { 10.2.1.1 : $MS1, 10.2.2.1 : $MS2 } fwd to ip daddr map { 10.2.1.1 : "pl-l1", 10.2.2.1 : "pl-l2" }; }
 chain in { type filter hook ingress device "pl-l0" priority 0; ip daddr . ip protocol . th dport vmap @svc; }
}
N
  ;; esac; }
nftlbcfg() { # dsr|dnat|snat|dnatrt|snatrt by the nftlb daemon itself
  local m=${1%rt} pr=udp i=0 sep= v r b bs; [ $PROTO = 6 ] && pr=tcp
  if [ $m = dsr ]; then for v in $(vips $NV); do ip -n pl-lb addr add $v/32 dev pl-l0; done; fi
  { echo '{ "farms": ['; for v in $(vips $NV); do i=$((i+1)); echo "$sep"'{ "name": "f'$i'", "family": "ipv4", "virtual-addr": "'$v'", "virtual-ports": "'$PORT'", "iface": "pl-l0", "oface": "pl-l1", "mode": "'$m'", "protocol": "'$pr'", "scheduler": "hash", "sched-param": "srcip srcport", "state": "up", "backends": ['; sep=,
    local b=0 bs=; for r in $(rips $NR); do b=$((b+1)); [ $m = dsr ] && r=10.2.1.$b; echo "$bs"'{"name":"b'$b'","ip-addr":"'$r'",'; [ $m = dsr ] && echo '"ether-addr":"'$MS1'",'; echo '"weight":"1","priority":"1","state":"up"}'; bs=,; done; echo ']}'; done; echo ']}'; } > /tmp/pl-nftlb.json
  lb timeout 100 nftlb -e -l 4 -c /tmp/pl-nftlb.json >/dev/null 2>&1; case $1 in *rt) rt;; esac; }
gen() { # plgen options...
  local c=; [ $MODE = 2c ] && c="-C $LBCPU"; local t="nice -n -20 taskset -c $GENCPU"; [ "$(grep -c ^processor /proc/cpuinfo)" -gt 1 ] || t=
  ip netns exec pl-cl $t $L/generate -i pl-c0 -D $ML0 -S $MC0 -c $KEYS $c "$@"; }
# counted CONFIGS…: the same with packet counts (for -icount virtual time): WARMN packets, then N
counted() { local r c; for ((r=1;r<=${ROUNDS:-3};r++)); do for c in "$@"; do fresh; cfg $c || continue; gen -n ${WARMN:-3000} -b 16 -f ${FLOWS:-1024} -v $NV -p $PROTO -P $PORT ${GOPT:-} >/dev/null 2>&1; gen -n ${N:-20000} -b 16 -f ${FLOWS:-1024} -v $NV -p $PROTO -P $PORT ${GOPT:-} -q "R $r $c"; done; done; }
# rounds CONFIGS… : ROUNDS times, every configuration once in turn; line = config + the generator's fields
rounds() { local r c; for ((r=1;r<=${ROUNDS:-5};r++)); do for c in "$@"; do fresh; cfg $c || continue; gen -t ${WARM:-0.3} -f ${FLOWS:-1024} -v $NV -p $PROTO -P $PORT ${GOPT:-} >/dev/null 2>&1; gen -t ${SECS:-1} -f ${FLOWS:-1024} -v $NV -p $PROTO -P $PORT ${GOPT:-} -q "R $r $c"; done; done; }
if [ "${BASH_SOURCE[0]}" = "$0" ]; then "$@"; fi
