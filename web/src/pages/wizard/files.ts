// Files for the print servers and the name servers, after chapter 13 of the guide.

const kLsa = 'HKEY_LOCAL_MACHINE\\SYSTEM\\CurrentControlSet\\Control\\Lsa';
const kServer = 'HKEY_LOCAL_MACHINE\\SYSTEM\\CurrentControlSet\\Services\\lanmanserver\\parameters';

/** REG_MULTI_SZ as a .reg file has it: UTF-16LE, each string ended by a zero, and one more at the end. */
function multiString(value: string): string {
  const codes = [...value].flatMap((letter) => [letter.charCodeAt(0) & 255, letter.charCodeAt(0) >> 8]);
  return [...codes, 0, 0, 0, 0].map((code) => code.toString(16).padStart(2, '0')).join(',');
}

export function registryFile(shareName: string): string {
  return [
    'Windows Registry Editor Version 5.00', '', `[${kLsa}]`, '"DisableLoopbackCheck"=dword:00000001', '', `[${kServer}]`,
    '"DisableStrictNameChecking"=dword:00000001', `"OptionalNames"=hex(7):${multiString(shareName)}`, '', '',
  ].join('\r\n');
}

export function powerShellFile(shareName: string): string {
  const lsa = kLsa.replace('HKEY_LOCAL_MACHINE', 'HKLM:');
  const server = kServer.replace('HKEY_LOCAL_MACHINE', 'HKLM:');
  return [
    '#Requires -RunAsAdministrator', `# Lets this print server answer under the name ${shareName}. Restart it afterwards.`, "$ErrorActionPreference = 'Stop'", '',
    `New-ItemProperty -Path '${lsa}' -Name DisableLoopbackCheck -PropertyType DWord -Value 1 -Force | Out-Null`,
    `New-ItemProperty -Path '${server}' -Name DisableStrictNameChecking -PropertyType DWord -Value 1 -Force | Out-Null`,
    `New-ItemProperty -Path '${server}' -Name OptionalNames -PropertyType MultiString -Value @('${shareName.replaceAll("'", "''")}') -Force | Out-Null`,
    '', '# NetBIOS over TCP/IP off on all interfaces.',
    "Get-CimInstance Win32_NetworkAdapterConfiguration -Filter 'IPEnabled=TRUE' |",
    '  Invoke-CimMethod -MethodName SetTcpipNetbios -Arguments @{ TcpipNetbiosOptions = [uint32]2 } | Out-Null', '',
  ].join('\r\n');
}

export function dnsRecords(shareName: string, printAddress: string, applicationAddress: string): string {
  const type = (address: string) => (address.includes(':') ? 'AAAA' : 'A');
  return [
    `${shareName}.  IN  ${type(printAddress)}  ${printAddress}`,
    `papercut.  IN  ${type(applicationAddress)}  ${applicationAddress}`, '',
  ].join('\n');
}
