import { Checkbox } from '@patternfly/react-core';
import { Fragment, useState } from 'react';

import { get } from '../../api/client';
import type { PacketRates, Reason } from '../../api/types';
import { sentence, short, whole } from '../../parts/format';
import { Empty, Loaded, Page } from '../../parts/Page';
import { Table, Tbody, Td, Th, Thead, Tr } from '../../parts/Table';
import { useLoaded } from '../../parts/useLoaded';
import { text } from '../../text/en';

const names = text.reports.reasons;
const kServicesShown = 10;

export default function Reasons() {
  const [isAll, setAll] = useState(false);
  const loaded = useLoaded((signal) => get<{ reasons: Reason[] }>('reasons', { all: isAll || undefined }, signal), String(isAll), 2000);
  const all = <Checkbox id="all" label={names.all} isChecked={isAll} onChange={(_, value) => setAll(value)} />;
  return (
    <Page title={text.page.reasons} actions={all}>
      <Loaded loaded={loaded}>
        {({ reasons }) => reasons.length === 0 ? <Empty title={names.empty} body={names.emptyText} /> : (
          <Table aria-label={text.page.reasons}>
            <Thead><Tr><Th width={35}>{names.name}</Th><Th>{names.packets}</Th><Th>{names.rate}</Th><Th width={40}>{names.remedy}</Th></Tr></Thead>
            <Tbody>
              {reasons.map((reason) => (
                <Fragment key={reason.name}>
                  <Tr>
                    <Td dataLabel={names.name}><div className="ek-tight"><strong>{sentence(reason.name)}</strong><span className="ek-subtle">{reason.description}</span></div></Td>
                    <Td dataLabel={names.packets}>{whole(reason.packets)}</Td>
                    <Td dataLabel={names.rate}>{perMinute(reason.rates)}</Td>
                    <Td dataLabel={names.remedy}>{reason.remedy}</Td>
                  </Tr>
                  <Services reason={reason} />
                </Fragment>
              ))}
            </Tbody>
          </Table>
        )}
      </Loaded>
    </Page>
  );
}

/** Whose packets they were: a row for each of the virtual services with the most. */
function Services({ reason }: { reason: Reason }) {
  const shown = reason.virtual_services.slice(0, kServicesShown);
  const others = reason.virtual_service_count - shown.length;
  return (
    <>
      {shown.map((service) => (
        <Tr key={service.label}>
          <Td className="ek-indent" dataLabel={names.service}>{service.label}</Td>
          <Td dataLabel={names.packets}>{whole(service.packets)}</Td>
          <Td dataLabel={names.rate}>{perMinute(service.rates)}</Td>
          <Td />
        </Tr>
      ))}
      {others > 0 && <Tr><Td className="ek-indent ek-subtle" colSpan={4}>{names.others(others)}</Td></Tr>}
    </>
  );
}

function perMinute(rates: PacketRates): string {
  return rates['60s'] === null ? '–' : short(rates['60s'] * 60);
}
