import { Alert, Button, Card, CardBody, CardHeader, CardTitle, Label, Title } from '@patternfly/react-core';

import { get } from '../../api/client';
import type { ArpDiagnosis } from '../../api/types';
import { Document } from '../../parts/Document';
import { Empty, Loaded, Page } from '../../parts/Page';
import { Lamp } from '../../parts/State';
import { Table, Tbody, Td, Th, Thead, Tr } from '../../parts/Table';
import { useLoaded } from '../../parts/useLoaded';
import { text } from '../../text/en';
import { ScriptButtons } from './ScriptButtons';

const names = text.doctor;
type Address = ArpDiagnosis['virtual_addresses'][number];

function Keepers({ address }: { address: Address }) {
  return (
    <Table aria-label={address.address} hasBorders={false} className="ek-even">
      <Thead><Tr><Th>{names.server}</Th><Th>{text.overview.columns.address}</Th><Th width={40}>{names.path}</Th><Th>ARP</Th></Tr></Thead>
      <Tbody>
        {address.keepers.map((keeper) => (
          <Tr key={`${keeper.virtual_service}/${keeper.real_server}`}>
            <Td dataLabel={names.server}>{keeper.real_server} <span className="ek-subtle">{keeper.virtual_service}</span></Td>
            <Td dataLabel={text.overview.columns.address}>{keeper.address}</Td>
            <Td dataLabel={names.path}>
              {keeper.path_check ? <div className="ek-tight"><span><Lamp name={names.path} check={keeper.path_check} /></span><span className="ek-subtle">{keeper.path_check.reason}</span></div> : text.explain.notProbed}
            </Td>
            <Td dataLabel="ARP"><Label color={keeper.claims_address ? 'red' : 'green'} isCompact>{keeper.claims_address ? names.claims : names.quiet}</Label></Td>
          </Tr>
        ))}
      </Tbody>
    </Table>
  );
}

function AddressCard({ address }: { address: Address }) {
  return (
    <Card isCompact>
      <CardHeader>
        <CardTitle component="h2">
          <span className="ek-labels">
            <Label color={address.healthy ? 'green' : 'red'} isCompact>{address.healthy ? names.healthy : names.sick}</Label>
            {address.address} <span className="ek-subtle">{names.interface(address.interface)}</span>
          </span>
        </CardTitle>
      </CardHeader>
      <CardBody>
        {address.claimants.length > 0 && (
          <Alert component="p" variant="danger" isInline title={names.claimants}>
            {address.claimants.map(({ mac, real_server: server, address: own }) => <p key={mac}><code>{mac}</code> {server || names.unknownMachine} {own}</p>)}
          </Alert>
        )}
        <Keepers address={address} />
      </CardBody>
    </Card>
  );
}

function Diagnosis({ diagnosis }: { diagnosis: ArpDiagnosis }) {
  const addresses = diagnosis.virtual_addresses.filter(({ keepers, claimants }) => keepers.length + claimants.length > 0);
  if (addresses.length === 0) return <Empty title={names.none} body={names.noneText} />;
  const servers = new Map(diagnosis.virtual_addresses.flatMap(({ keepers }) => keepers.map((keeper) => [keeper.address, keeper.real_server])));
  return (
    <div className="ek-stack">
      {addresses.map((address) => <AddressCard key={address.address} address={address} />)}
      {diagnosis.remedies.length > 0 && <Title headingLevel="h2">{names.remedies}</Title>}
      {diagnosis.remedies.map((remedy, index) => (
        <div key={index} className="ek-tight">
          <strong>{remedy.real_server} ({remedy.system}): {remedy.title}</strong>
          {remedy.commands && <Document id={`remedy-${index}`} content={remedy.commands} file={`${remedy.real_server}.txt`} />}
          {remedy.note && <p className="ek-subtle">{remedy.note}</p>}
        </div>
      ))}
      <div className="ek-tight">
        <Title headingLevel="h2">{names.scripts}</Title>
        <p className="ek-subtle">{names.scriptsLead}</p>
        {[...servers].map(([address, label]) => <ScriptButtons key={address} address={address} label={label} />)}
      </div>
    </div>
  );
}

export default function DoctorPage() {
  const loaded = useLoaded((signal) => get<ArpDiagnosis>('doctor/arp', {}, signal), 'arp');
  return (
    <Page title={text.page.doctor} lead={names.lead} actions={<Button variant="secondary" onClick={loaded.reload}>{names.run}</Button>}>
      <Loaded loaded={loaded}>{(diagnosis) => <Diagnosis diagnosis={diagnosis} />}</Loaded>
    </Page>
  );
}
