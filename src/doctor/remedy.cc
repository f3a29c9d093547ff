#include "doctor/remedy.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>

namespace evenkeel::doctor {
namespace {

bool has(const Patient& patient, AddressFamily family) {
  return std::ranges::any_of(patient.virtual_addresses,
                             [&](const IpAddress& address) { return address.family() == family; });
}

// One line for each virtual address: `ipv4` or `ipv6` with {} for it; an empty one is left out.
std::string for_each_address(const Patient& patient, const char* ipv4, const char* ipv6) {
  std::string lines;
  for (const IpAddress& address : patient.virtual_addresses) {
    const char* line = address.is_ipv4() ? ipv4 : ipv6;
    if (*line != '\0') lines += fmt::format(fmt::runtime(line), address.to_string()) + "\n";
  }
  return lines;
}

// The name of the interface is the server's own: it is found by the address that is known.
std::string interface_lookup(const Patient& patient) {
  return fmt::format("interface=$(ip -o address show to {} | awk '{{ print $2; exit }}')\n",
                     patient.address.to_string());
}

Remedy linux_loopback(const Patient& patient) {
  std::string commands;
  if (has(patient, AddressFamily::kIpv4)) {
    commands += interface_lookup(patient) +
                "sysctl -w net.ipv4.conf.all.arp_ignore=1 \"net.ipv4.conf.$interface.arp_ignore=1\"\n"
                "sysctl -w net.ipv4.conf.all.arp_announce=2 \"net.ipv4.conf.$interface.arp_announce=2\"\n";
  }
  if (has(patient, AddressFamily::kIpv6)) {
    commands += "sysctl -w net.ipv6.conf.lo.dad_transmits=0 net.ipv6.conf.lo.accept_dad=0\n";
  }
  commands += for_each_address(patient, "ip address add {}/32 dev lo", "ip address add {}/128 dev lo");
  return {"Linux", "Method 1 (preferred): quiet ARP, and the virtual address on the loopback interface", commands,
          "Gone after a reboot: the script makes it permanent."};
}

const char* const kBreaksVirtualHosts =
    "Redirects to the server's primary address: not where a web server tells sites by their IP address. Gone after a "
    "reboot unless added to the firewall's own configuration.";

Remedy linux_iptables(const Patient& patient) {
  return {"Linux", "Method 2: redirect with iptables",
          for_each_address(patient, "iptables -t nat -A PREROUTING -d {} -j REDIRECT",
                           "ip6tables -t nat -A PREROUTING -d {} -j REDIRECT"),
          kBreaksVirtualHosts};
}

Remedy linux_nftables(const Patient& patient) {
  return {
      "Linux", "Method 3: redirect with nftables (kernel 5.2 or newer)",
      "nft add table inet evenkeel_vip\n"
      "nft add chain inet evenkeel_vip prerouting '{ type nat hook prerouting priority -100; policy accept; }'\n" +
          for_each_address(patient, "nft add rule inet evenkeel_vip prerouting ip daddr {} redirect",
                           "nft add rule inet evenkeel_vip prerouting ip6 daddr {} redirect"),
      std::string(kBreaksVirtualHosts) +
          " Kernels before 5.2: a table ip (or ip6) in place of inet; before 4.18 also an empty postrouting chain."};
}

Remedy linux_firewalld(const Patient& patient) {
  return {
      "Linux", "Method 4: redirect with firewalld",
      for_each_address(patient, "firewall-cmd --permanent --direct --add-rule ipv4 nat PREROUTING 0 -d {} -j REDIRECT",
                       "firewall-cmd --permanent --direct --add-rule ipv6 nat PREROUTING 0 -d {} -j REDIRECT") +
          "firewall-cmd --reload\n",
      "Permanent. Redirects to the server's primary address: not where a web server tells sites by their IP address."};
}

Remedy bsd(const Patient& patient) {
  return {"BSD and macOS", "An alias on the loopback interface",
          for_each_address(patient, "ifconfig lo0 alias {} netmask 255.255.255.255 -arp up",
                           "ifconfig lo0 inet6 alias {} prefixlen 128"),
          "Add it to the start-up scripts. The service must listen at the virtual address too."};
}

const char* const kWindowsNames =
    "First install the Microsoft KM-TEST Loopback Adapter (hdwwiz: install manually, Network adapters, Microsoft) and "
    "name it loopback; net is the LAN adapter.";

Remedy windows_netsh(const Patient& patient) {
  std::string commands;
  if (has(patient, AddressFamily::kIpv4)) {
    commands +=
        "netsh interface ipv4 set interface \"net\" weakhostreceive=enabled\n"
        "netsh interface ipv4 set interface \"loopback\" weakhostreceive=enabled\n"
        "netsh interface ipv4 set interface \"loopback\" weakhostsend=enabled\n";
  }
  if (has(patient, AddressFamily::kIpv6)) {
    commands +=
        "netsh interface ipv6 set interface \"net\" weakhostreceive=enabled\n"
        "netsh interface ipv6 set interface \"loopback\" weakhostreceive=enabled\n"
        "netsh interface ipv6 set interface \"loopback\" weakhostsend=enabled\n"
        "netsh interface ipv6 set interface \"loopback\" dadtransmits=0\n";
  }
  commands += for_each_address(patient, "netsh interface ipv4 add address \"loopback\" {} 255.255.255.255",
                               "netsh interface ipv6 add address \"loopback\" {}/128");
  return {"Windows", "With netsh", commands, kWindowsNames};
}

std::string powershell_family(const char* family) {
  return fmt::format(
      "Set-NetIPInterface -InterfaceAlias loopback -WeakHostReceive Enabled -WeakHostSend Enabled -DadTransmits 0 "
      "-AddressFamily {0}\n"
      "Set-NetIPInterface -InterfaceAlias net -WeakHostReceive Enabled -AddressFamily {0}\n",
      family);
}

Remedy windows_powershell(const Patient& patient) {
  std::string commands;
  if (has(patient, AddressFamily::kIpv4)) commands += powershell_family("IPv4");
  if (has(patient, AddressFamily::kIpv6)) commands += powershell_family("IPv6");
  commands += for_each_address(
      patient, "New-NetIPAddress -InterfaceAlias loopback -IPAddress {} -PrefixLength 32 -SkipAsSource $true",
      "New-NetIPAddress -InterfaceAlias loopback -IPAddress {} -PrefixLength 128 -SkipAsSource $true");
  return {"Windows", "With PowerShell", commands, kWindowsNames};
}

}  // namespace

std::vector<Remedy> remedies(const Patient& patient) {
  return {linux_loopback(patient),
          linux_iptables(patient),
          linux_nftables(patient),
          linux_firewalld(patient),
          bsd(patient),
          windows_powershell(patient),
          windows_netsh(patient)};
}

std::string script_name(const Patient& patient, System system, Purpose purpose) {
  std::string label = patient.label;
  std::ranges::replace_if(label, [](unsigned char c) { return std::isalnum(c) == 0 && c != '-'; }, '_');
  return fmt::format("{}-{}.{}", purpose == Purpose::kFix ? "fix" : "undo", label,
                     system == System::kLinux ? "sh" : "ps1");
}

}  // namespace evenkeel::doctor
