import { Card, CardBody, CardHeader, CardTitle } from '@patternfly/react-core';
import { memo } from 'react';

import type { Layer, RealServerStatus, ServiceStatus } from '../../api/types';
import { useWhole } from '../../app/live';
import { bytes, methodName, sentence, short } from '../../parts/format';
import { Empty, Page, Waiting } from '../../parts/Page';
import { ServerLabel, ServiceLabel } from '../../parts/State';
import { Table, Tbody, Td, Th, Thead, Tr } from '../../parts/Table';
import { text } from '../../text/en';

function cellsOf(server: RealServerStatus): [string, string][] {
  const { counters: names } = text.reports;
  const { counters, traffic } = server;
  if (traffic) {
    return [
      [text.overview.columns.connections, short(traffic.connections)], [names.queued, short(traffic.queued)], [names.total, short(traffic.total)],
      [text.reports.traffic.in, bytes(traffic.bytes_in)], [text.reports.traffic.out, bytes(traffic.bytes_out)], [names.errors, short(traffic.connect_errors + traffic.server_errors)],
    ];
  }
  return [[names.active, short(counters?.active ?? 0)], [names.inactive, short(counters?.inactive ?? 0)], [names.total, short(counters?.connections ?? 0)]];
}

function kindOf(service: ServiceStatus): string {
  if (service.mode) return `${text.form.choice[`mode.${service.mode}`]} · ${sentence(service.scheduler)}`;
  return `${text.form.choice[`protocol.${service.protocol}`]} · ${methodName(service.forwarding_method ?? '')} · ${sentence(service.scheduler)}`;
}

const ServiceCard = memo(function ServiceCard({ service }: { service: ServiceStatus }) {
  const { columns } = text.overview;
  const first = service.real_servers[0];
  return (
    <Card isCompact>
      <CardHeader>
        <CardTitle component="h2"><span className="ek-labels"><ServiceLabel service={service} />{service.label} <span className="ek-subtle">{service.address}, {text.services.ports} {service.ports.replaceAll(',', ', ')} · {kindOf(service)}</span></span></CardTitle>
      </CardHeader>
      <CardBody>
        {first && (
          <Table aria-label={service.label} hasBorders={false} className="ek-even">
            <Thead>
              <Tr>
                <Th modifier="wrap">{columns.server}</Th><Th width={20}>{columns.state}</Th><Th modifier="wrap">{columns.address}</Th><Th modifier="wrap">{columns.weight}</Th>
                {cellsOf(first).map(([name]) => <Th key={name} modifier="wrap">{name}</Th>)}
              </Tr>
            </Thead>
            <Tbody>
              {service.real_servers.map((server) => (
                <Tr key={server.label}>
                  <Td dataLabel={columns.server}>{server.label}</Td>
                  <Td dataLabel={columns.state}><span><ServerLabel server={server} /></span></Td>
                  <Td dataLabel={columns.address} className="ek-nowrap">{server.address}{server.port ? `:${server.port}` : ''}</Td>
                  <Td dataLabel={columns.weight}>{server.effective_weight} / {server.weight}</Td>
                  {cellsOf(server).map(([name, value]) => <Td key={name} dataLabel={name} className="ek-nowrap">{value}</Td>)}
                </Tr>
              ))}
            </Tbody>
          </Table>
        )}
      </CardBody>
    </Card>
  );
});

function LayerStatus({ layer, title }: { layer: Layer; title: string }) {
  const status = useWhole();
  const services = layer === 4 ? status?.virtual_services : status?.layer7.services;
  return (
    <Page title={title}>
      {!services && <Waiting />}
      {services?.length === 0 && <Empty title={text.reports.none(layer)} body={text.reports.noneText} />}
      <div className="ek-stack">{services?.map((service) => <ServiceCard key={service.label} service={service} />)}</div>
    </Page>
  );
}

export const Layer4Status = () => <LayerStatus layer={4} title={text.page.l4Status} />;
export const Layer7Status = () => <LayerStatus layer={7} title={text.page.l7Status} />;
