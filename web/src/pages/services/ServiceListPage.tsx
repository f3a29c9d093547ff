import { Button } from '@patternfly/react-core';
import { useState } from 'react';
import { Link, useNavigate } from 'react-router-dom';

import { listServices, servicePath } from '../../api/services';
import { everyService } from '../../api/status';
import type { JsonObject, Layer } from '../../api/types';
import { useLive } from '../../app/live';
import { useMay } from '../../app/session';
import { choiceOf } from '../../parts/form/names';
import { Empty, Loaded, Page } from '../../parts/Page';
import { ServiceLabel } from '../../parts/State';
import { RowActions } from '../../parts/RowActions';
import { Table, Tbody, Td, Th, Thead, Tr } from '../../parts/Table';
import { useLoaded } from '../../parts/useLoaded';
import { text } from '../../text/en';
import { DeleteDialog, type Doomed } from './DeleteDialog';
import { servicePlace, servicesPlace, serversPlace } from './places';

interface RowProps {
  layer: Layer;
  service: JsonObject;
  onDelete: (doomed: Doomed) => void;
}

function State({ label }: { label: string }) {
  const { status } = useLive();
  const found = everyService(status).find((service) => service.label === label);
  return found ? <ServiceLabel service={found} /> : null;
}

function ServiceLine({ layer, service, onDelete }: RowProps) {
  const navigate = useNavigate();
  const label = String(service.label);
  const { columns } = text.services;
  const count = Array.isArray(service.real_servers) ? service.real_servers.length : 0;
  const kind = layer === 4 ? choiceOf('protocol', String(service.protocol)) : choiceOf('mode', String(service.mode));
  return (
    <Tr>
      <Td dataLabel={columns.label}><Link to={servicePlace(layer, label)}>{label}</Link></Td>
      <Td dataLabel={columns.state}><span><State label={label} /></span></Td>
      <Td dataLabel={columns.address} className="ek-nowrap">{String(service.address)}</Td>
      <Td dataLabel={columns.ports}>{String(service.ports).replaceAll(',', ', ')}</Td>
      <Td dataLabel={columns.protocol}>{kind}</Td>
      {layer === 4 && <Td dataLabel={columns.method} className="ek-nowrap">{choiceOf('forwarding_method', String(service.forwarding_method))}</Td>}
      <Td dataLabel={columns.servers}><Link to={serversPlace(layer)} aria-label={`${count} ${text.services.seeServers}: ${label}`}>{count}</Link></Td>
      <Td dataLabel={columns.actions}>
        <RowActions name={label} onModify={() => navigate(servicePlace(layer, label))} onDelete={() => onDelete({ service: label, path: servicePath(layer, label) })} />
      </Td>
    </Tr>
  );
}

export function ServiceListPage({ layer }: { layer: Layer }) {
  const navigate = useNavigate();
  const mayChange = useMay('administrator');
  const { status } = useLive();
  const loaded = useLoaded(() => listServices(layer), `${layer} ${status?.revision ?? 0}`);
  const [doomed, setDoomed] = useState<Doomed | null>(null);
  const { columns } = text.services;
  const add = mayChange && <Button onClick={() => navigate(`${servicesPlace(layer)}/add`)}>{text.action.addService}</Button>;
  return (
    <Page title={text.services.heading(layer)} actions={add}>
      <Loaded loaded={loaded}>
        {({ services }) => services.length === 0 ? <Empty title={text.services.empty(layer)} body={text.services.emptyText} /> : (
          <Table aria-label={text.services.heading(layer)}>
            <Thead>
              <Tr>
                <Th modifier="wrap">{columns.label}</Th><Th modifier="wrap">{columns.state}</Th><Th modifier="wrap">{columns.address}</Th><Th modifier="wrap">{columns.ports}</Th><Th modifier="wrap">{columns.protocol}</Th>
                {layer === 4 && <Th modifier="wrap">{columns.method}</Th>}
                <Th modifier="wrap">{columns.servers}</Th><Th isHidden>{columns.actions}</Th>
              </Tr>
            </Thead>
            <Tbody>{services.map((service) => <ServiceLine key={String(service.label)} layer={layer} service={service} onDelete={setDoomed} />)}</Tbody>
          </Table>
        )}
      </Loaded>
      {doomed && <DeleteDialog doomed={doomed} onDone={() => { setDoomed(null); loaded.reload(); }} onCancel={() => setDoomed(null)} />}
    </Page>
  );
}
