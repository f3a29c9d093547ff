import { Title } from '@patternfly/react-core';

import { Document } from '../../parts/Document';
import { text } from '../../text/en';
import { ScriptButtons } from '../doctor/ScriptButtons';
import { machinesOf, type Answers } from './answers';
import { dnsRecords, powerShellFile, registryFile } from './files';

const names = text.wizard;

/** What is to be done on the servers themselves: chapter 13, as files. */
export function ServersStep({ answers }: { answers: Answers }) {
  const machines = [...machinesOf(answers.application).machines, ...machinesOf(answers.print).machines];
  return (
    <div className="ek-stack">
      <p>{names.serverLead}</p>
      <div className="ek-tight">
        <Title headingLevel="h2" size="lg">{names.arp}</Title>
        <p>{answers.method === 'direct_routing' ? names.arpNeeded : names.arpNone}</p>
        {answers.method === 'direct_routing' && machines.map(({ label, address }) => <ScriptButtons key={address} label={label} address={address} canUndo={false} />)}
      </div>
      <div className="ek-tight">
        <Title headingLevel="h2" size="lg">{names.registry}</Title>
        <p>{names.registryText}</p>
        <Document id="reg" content={registryFile(answers.shareName)} file={`${answers.shareName}.reg`} />
        <Document id="ps1" content={powerShellFile(answers.shareName)} file={`${answers.shareName}.ps1`} />
      </div>
      <div className="ek-tight">
        <Title headingLevel="h2" size="lg">{names.dns}</Title>
        <p>{names.dnsText}</p>
        <Document id="dns" content={dnsRecords(answers.shareName, answers.printAddress, answers.applicationAddress)} file={`${answers.shareName}.zone`} />
      </div>
    </div>
  );
}
