#!/bin/bash
# image.sh MODULES_DIR(…/lib/modules/VERSION) OUT.img SCRIPT [extra files...]  - initramfs from this host's programs + net modules of a kernel.
# The guest runs SCRIPT (as /run.sh) and powers off. No network device, no disk.
set -e
mods=$1 out=$2 script=$3; shift 3
here=$(cd "$(dirname "$0")" && pwd)
r=$(mktemp -d ${D:-${TMPDIR:-/tmp}/peers-lab}/img.XXXXXX); ver=$(basename "$mods")
mkdir -p $r/{bin,sbin,usr/bin,usr/sbin,proc,sys,dev,run,tmp,etc,root,lab,var/run,var/log,var/lib}
cp /bin/busybox $r/bin/busybox
for a in $(/bin/busybox --list); do case $a in ip|tc|taskset|modprobe|mount|busybox|bash) ;; *) ln -sf /bin/busybox $r/bin/$a;; esac; done
add() { # program or library, with what it is linked to
  local f; f=$(readlink -f "$(command -v "$1" || echo "$1")"); [ -e "$f" ] || { echo "missing $1" >&2; return 0; }
  local dst=$r/usr/sbin/$(basename "$1"); case $1 in /*) dst=$r$1; mkdir -p "$(dirname $dst)";; esac
  cp -L "$f" "$dst"; ldd "$f" 2>/dev/null | grep -oE '/[^ ]+' | while read -r l; do mkdir -p "$r$(dirname $l)"; [ -e "$r$l" ] || cp -L "$l" "$r$l"; done
}
for p in nice mountpoint pgrep bash ip tc bpftool ethtool nft nftlb ipvsadm taskset mount nstat renice awk sed dd ${PROGS:-}; do add $p; done
cp /sbin/ldconfig $r/sbin/ 2>/dev/null || true
printf 'root:x:0:0:root:/root:/bin/sh\nnobody:x:65534:65534::/:/bin/sh\n' > $r/etc/passwd; printf 'root:x:0:\nnogroup:x:65534:\n' > $r/etc/group
cp /etc/protocols /etc/services $r/etc/ 2>/dev/null || true
mkdir -p $r/lib/modules/$ver/kernel; for d in net lib crypto drivers/net/veth.ko drivers/net/dummy.ko drivers/net/ifb.ko drivers/net/tun.ko drivers/net/macvlan.ko arch/x86/crypto/crc32c-intel.ko; do
  [ -e $mods/kernel/$d ] && { mkdir -p $r/lib/modules/$ver/kernel/$(dirname $d); cp -r $mods/kernel/$d $r/lib/modules/$ver/kernel/$(dirname $d)/; }; done
rm -rf $r/lib/modules/$ver/kernel/net/{wireless,mac80211,bluetooth,nfc,ceph,sunrpc,batman-adv,tipc,rxrpc,sctp,rds,smc,can,9p,openvswitch,ax25,netrom,rose,x25,appletalk,ieee802154,mac802154,hsr,dccp,mptcp,phonet,qrtr,vmw_vsock,6lowpan,atm,caif,dsa,kcm,l2tp,lapb,mctp,mpls,ncsi,nsh,psample,strparser,tls,xfrm} 
cp $mods/modules.builtin $mods/modules.order $r/lib/modules/$ver/ 2>/dev/null || true
depmod -b $r $ver 2>/dev/null || /sbin/depmod -b $r $ver
ln -sf /bin/busybox $r/bin/modprobe
cp $here/lab.sh $r/lab/; for f in "$@"; do cp -r $f $r/lab/; done
cp $script $r/run.sh
cat > $r/init <<'I'
#!/bin/busybox sh
export PATH=/lab:/usr/sbin:/usr/bin:/sbin:/bin HOME=/root
/bin/busybox mount -t proc proc /proc; /bin/busybox mount -t sysfs sys /sys; /bin/busybox mount -t devtmpfs dev /dev 2>/dev/null
/bin/busybox mount -t tmpfs run /run; /bin/busybox mount -t tmpfs tmp /tmp; mkdir -p /run/netns /run/plbpf /var/run; ldconfig 2>/dev/null
ip link set lo up
echo "PL-INIT uptime=$(cut -d' ' -f1 /proc/uptime) kernel=$(uname -r) cpus=$(grep -c ^processor /proc/cpuinfo) jit=$(cat /proc/sys/net/core/bpf_jit_enable 2>/dev/null) mem=$(grep MemTotal /proc/meminfo | tr -s ' ')"
bash /run.sh; echo "PL-DONE rc=$?"
/bin/busybox poweroff -f
I
chmod +x $r/init; ldd $r/lab/bench_peers_loader | grep -oE "/[^ ]+" | while read -r l; do mkdir -p $r$(dirname $l); [ -e $r$l ] || cp -L $l $r$l; done
(cd $r && find . | cpio -o -H newc --quiet | gzip -1) > $out; du -sh $r $out; rm -rf $r
