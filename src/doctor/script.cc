// The scripts: the guide's method 1 for Linux, its PowerShell for Windows.

#include <fmt/format.h>

#include <algorithm>

#include "doctor/remedy.h"

namespace evenkeel::doctor {
namespace {

// The label is a person's text and must stay in its comment.
std::string in_comment(const Patient& patient) {
  std::string text = patient.label;
  std::ranges::replace_if(text, [](unsigned char c) { return c < ' ' || c == 0x7f; }, '?');
  return fmt::format("{} ({})", text, patient.address.to_string());
}

std::string addresses_with_length(const Patient& patient) {
  std::string list;
  for (const IpAddress& address : patient.virtual_addresses) {
    list += fmt::format("{}{}/{}", list.empty() ? "" : " ", address.to_string(), address.bits());
  }
  return list;
}

std::string linux_head(const Patient& patient, const char* what) {
  return fmt::format(R"script(#!/bin/sh
# {}: {}. Made by Evenkeel; run it as root on that machine.
# With --until-reboot nothing is written to disk.
set -eu

own_address={}
virtual_addresses='{}'
settings=/etc/sysctl.d/90-evenkeel-vip.conf
unit=/etc/systemd/system/evenkeel-vip.service

die() {{
  echo "$0: $*" >&2
  exit 1
}}
[ "$(id -u)" -eq 0 ] || die 'this needs root'
permanent=yes
[ "${{1:-}}" != --until-reboot ] || permanent=no
interface=$(ip -o address show to "$own_address" | awk '{{ print $2; exit }}')
[ -n "$interface" ] || die "no interface has $own_address: this is the script of another machine"
)script",
                     in_comment(patient), what, patient.address.to_string(), addresses_with_length(patient));
}

constexpr const char* kLinuxFix = R"script(
# Keep quiet about addresses of other interfaces, in answers and in questions; no duplicate detection on the loopback.
quiet="net.ipv4.conf.all.arp_ignore=1
net.ipv4.conf.$interface.arp_ignore=1
net.ipv4.conf.all.arp_announce=2
net.ipv4.conf.$interface.arp_announce=2
net.ipv6.conf.lo.dad_transmits=0
net.ipv6.conf.lo.accept_dad=0"
set_now() { # net.ipv4.conf.NAME.setting=value; the name of an interface may have dots
  name=${1%%=*}
  rest=${name#net.*.conf.}
  family=${name#net.}
  file=/proc/sys/net/${family%%.*}/conf/${rest%.*}/${rest##*.}
  [ ! -e "$file" ] || echo "${1#*=}" >"$file"
}
for setting in $quiet; do
  set_now "$setting"
done

# Only then the addresses: the other way round, the server would answer for them meanwhile.
for address in $virtual_addresses; do
  case $(ip -o address show dev lo to "$address") in
    '') ip address add "$address" dev lo ;;
    *) echo "$address is there already" ;;
  esac
done

if [ "$permanent" = yes ]; then
  echo "$quiet" | sed 's/^/-/' >"$settings"
  if [ -d /run/systemd/system ]; then
    {
      printf '[Unit]\nDescription=Virtual addresses of the load balancer\nAfter=systemd-sysctl.service\n'
      printf '[Service]\nType=oneshot\nRemainAfterExit=yes\n'
      for address in $virtual_addresses; do
        printf 'ExecStart=-/usr/bin/env ip address add %s dev lo\n' "$address"
      done
      printf '[Install]\nWantedBy=multi-user.target\n'
    } >"$unit"
    systemctl daemon-reload
    systemctl enable evenkeel-vip.service
  else
    echo 'No systemd: run this script at every start of the machine (/etc/rc.local).'
  fi
fi
echo "$virtual_addresses: carried on lo, and $interface keeps quiet about it."
)script";

constexpr const char* kLinuxUndo = R"script(
for address in $virtual_addresses; do
  case $(ip -o address show dev lo to "$address") in
    '') echo "$address is not there" ;;
    *) ip address del "$address" dev lo ;;
  esac
done

if [ "$permanent" = yes ]; then
  if [ -e "$unit" ]; then
    systemctl disable evenkeel-vip.service
    rm -f "$unit"
    systemctl daemon-reload
  fi
  rm -f "$settings"
fi

# The kernel's own defaults, unless somebody else's addresses on the loopback still need the quiet.
if [ -n "$(ip -o address show dev lo scope global)" ]; then
  echo 'lo carries other addresses: arp_ignore and arp_announce stay as they are.'
else
  for setting in arp_ignore arp_announce; do
    for where in all "$interface"; do
      echo 0 >"/proc/sys/net/ipv4/conf/$where/$setting"
    done
  done
fi
echo "$virtual_addresses: not carried any more."
)script";

std::string windows_head(const Patient& patient, const char* what) {
  std::string list;
  for (const IpAddress& address : patient.virtual_addresses) {
    list += fmt::format("{}'{}'", list.empty() ? "" : ", ", address.to_string());
  }
  return fmt::format(R"script(#Requires -RunAsAdministrator
# {}: {}. Made by Evenkeel; run it in PowerShell on that machine.
$ErrorActionPreference = 'Stop'
$OwnAddress = '{}'
$VirtualAddresses = @({})

$Own = Get-NetIPAddress -IPAddress $OwnAddress -ErrorAction SilentlyContinue
if (-not $Own) {{ throw "no interface has ${{OwnAddress}}: this is the script of another machine" }}
$Lan = $Own.InterfaceAlias
$Loopback = Get-NetAdapter | Where-Object InterfaceDescription -like '*KM-TEST Loopback*' | Select-Object -First 1
if (-not $Loopback) {{
  throw 'The Microsoft KM-TEST Loopback Adapter is missing. Run hdwwiz: install manually, Network adapters, Microsoft.'
}}
$Loopback = $Loopback.Name
function Get-Family($Address) {{ if ($Address.Contains(':')) {{ 'IPv6' }} else {{ 'IPv4' }} }}
$Families = $VirtualAddresses | ForEach-Object {{ Get-Family $_ }} | Select-Object -Unique
)script",
                     in_comment(patient), what, patient.address.to_string(), list);
}

constexpr const char* kWindowsFix = R"script(
foreach ($Family in $Families) {
  Set-NetIPInterface -InterfaceAlias $Loopback -AddressFamily $Family -WeakHostReceive Enabled -WeakHostSend Enabled -DadTransmits 0
  Set-NetIPInterface -InterfaceAlias $Lan -AddressFamily $Family -WeakHostReceive Enabled
}
foreach ($Address in $VirtualAddresses) {
  if (Get-NetIPAddress -IPAddress $Address -InterfaceAlias $Loopback -ErrorAction SilentlyContinue) { continue }
  $Length = if ((Get-Family $Address) -eq 'IPv6') { 128 } else { 32 }
  New-NetIPAddress -InterfaceAlias $Loopback -IPAddress $Address -PrefixLength $Length -SkipAsSource $true | Out-Null
}
# The loopback adapter must not name itself in DNS.
Set-DnsClient -InterfaceAlias $Loopback -RegisterThisConnectionsAddress $false
"$($VirtualAddresses -join ', '): carried on $Loopback"
)script";

constexpr const char* kWindowsUndo = R"script(
foreach ($Address in $VirtualAddresses) {
  Get-NetIPAddress -IPAddress $Address -InterfaceAlias $Loopback -ErrorAction SilentlyContinue |
    Remove-NetIPAddress -Confirm:$false
}
foreach ($Family in $Families) {
  Set-NetIPInterface -InterfaceAlias $Loopback -AddressFamily $Family -WeakHostReceive Disabled -WeakHostSend Disabled
  Set-NetIPInterface -InterfaceAlias $Lan -AddressFamily $Family -WeakHostReceive Disabled
}
"$($VirtualAddresses -join ', '): not carried any more"
)script";

}  // namespace

std::string script(const Patient& patient, System system, Purpose purpose) {
  const bool fixes = purpose == Purpose::kFix;
  const char* what = fixes ? "carries the virtual addresses of the load balancer and keeps quiet about them"
                           : "no longer carries the virtual addresses of the load balancer";
  if (system == System::kLinux) return linux_head(patient, what) + (fixes ? kLinuxFix : kLinuxUndo);
  return windows_head(patient, what) + (fixes ? kWindowsFix : kWindowsUndo);
}

}  // namespace evenkeel::doctor
