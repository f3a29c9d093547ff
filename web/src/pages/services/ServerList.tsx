import { Button, Card, CardBody, CardHeader, CardTitle } from '@patternfly/react-core';
import { useState } from 'react';
import { Link, useNavigate } from 'react-router-dom';

import { listServices, serverPath } from '../../api/services';
import type { JsonObject, Layer } from '../../api/types';
import { useLive } from '../../app/live';
import { useMay } from '../../app/session';
import { Empty, Loaded, Page } from '../../parts/Page';
import { RowActions } from '../../parts/RowActions';
import { Table, Tbody, Td, Th, Thead, Tr } from '../../parts/Table';
import { useLoaded } from '../../parts/useLoaded';
import { text } from '../../text/en';
import { DeleteDialog, type Doomed } from './DeleteDialog';
import { addServerPlace, serverPlace, servicePlace, servicesPlace } from './places';

function serversOf(service: JsonObject): JsonObject[] {
  return Array.isArray(service.real_servers) ? (service.real_servers as JsonObject[]) : [];
}

interface Props {
  layer: Layer;
  service: JsonObject;
  onDelete: (doomed: Doomed) => void;
}

function ServerTable({ layer, service, onDelete }: Props) {
  const navigate = useNavigate();
  const name = String(service.label);
  const { serverColumns: columns } = text.services;
  return (
    <Table aria-label={`${text.services.seeServers}: ${name}`} hasBorders={false} className="ek-even ek-with-actions">
      <Thead>
        <Tr>
          <Th modifier="wrap">{columns.label}</Th><Th modifier="wrap">{columns.address}</Th><Th modifier="wrap">{columns.port}</Th><Th modifier="wrap">{columns.weight}</Th><Th modifier="wrap">{columns.minimum}</Th><Th modifier="wrap">{columns.maximum}</Th>
          <Th isHidden>{columns.actions}</Th>
        </Tr>
      </Thead>
      <Tbody>
        {serversOf(service).map((server) => {
          const label = String(server.label);
          const path = serverPath(layer, name, label);
          return (
            <Tr key={label}>
              <Td dataLabel={columns.label}>{label}</Td>
              <Td dataLabel={columns.address} className="ek-nowrap">{String(server.address)}</Td>
              <Td dataLabel={columns.port}>{server.port ? String(server.port) : text.services.samePort}</Td>
              <Td dataLabel={columns.weight}>{String(server.weight)}</Td>
              <Td dataLabel={columns.minimum}>{server.minimum_connections ? String(server.minimum_connections) : text.services.noLimit}</Td>
              <Td dataLabel={columns.maximum}>{server.maximum_connections ? String(server.maximum_connections) : text.services.noLimit}</Td>
              <Td dataLabel={columns.actions}>
                <RowActions name={`${label} (${name})`} onModify={() => navigate(serverPlace(layer, name, label))} onDelete={() => onDelete({ service: name, server: label, path })} />
              </Td>
            </Tr>
          );
        })}
      </Tbody>
    </Table>
  );
}

function ServiceCard(props: Props) {
  const { layer, service } = props;
  const navigate = useNavigate();
  const mayChange = useMay('administrator');
  const label = String(service.label);
  const actions = mayChange ? (
    <Button variant="secondary" size="sm" aria-label={`${text.action.addServer}: ${label}`} onClick={() => navigate(addServerPlace(layer, label))}>{text.action.addServer}</Button>
  ) : null;
  return (
    <Card isCompact>
      <CardHeader actions={{ actions, hasNoOffset: true }}>
        <CardTitle component="h2"><Link to={servicePlace(layer, label)}>{label}</Link> <span className="ek-subtle">{String(service.address)}, {text.services.ports} {String(service.ports).replaceAll(',', ', ')}</span></CardTitle>
      </CardHeader>
      <CardBody>{serversOf(service).length === 0 ? <p>{text.services.noServers}</p> : <ServerTable {...props} />}</CardBody>
    </Card>
  );
}

export function ServerList({ layer }: { layer: Layer }) {
  const { status } = useLive();
  const loaded = useLoaded(() => listServices(layer), `${layer} ${status?.revision ?? 0}`);
  const [doomed, setDoomed] = useState<Doomed | null>(null);
  return (
    <Page title={text.services.serversHeading(layer)}>
      <Loaded loaded={loaded}>
        {({ services }) => services.length === 0 ? <Empty title={text.services.empty(layer)} body={text.services.emptyText}><Link to={servicesPlace(layer)}>{text.services.heading(layer)}</Link></Empty> : (
          <div className="ek-stack">{services.map((service) => <ServiceCard key={String(service.label)} layer={layer} service={service} onDelete={setDoomed} />)}</div>
        )}
      </Loaded>
      {doomed && <DeleteDialog doomed={doomed} onDone={() => { setDoomed(null); loaded.reload(); }} onCancel={() => setDoomed(null)} />}
    </Page>
  );
}
