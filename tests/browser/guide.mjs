// Chapters 10, 11 and 12 of the deployment guide, click by click, and the System Overview of chapter 14.1.

import { farm, field, guidePicture, navigate, picture, section, signIn, told, until, update, walk } from './browser.mjs';

const isLayer7 = farm.method === 'layer7';
const layer = isLayer7 ? 'Layer 7' : 'Layer 4';
const forwarding = { dr: 'Direct Routing', snat: 'SNAT' }[farm.method];
const kRequest = '/api/health/application-server/status?disk-threshold-mb=1&Authorization=';

async function addService(page, { label, address, ports }) {
  await navigate(page, 'Cluster Configuration', `${layer} Virtual Services`);
  await page.getByRole('button', { name: 'Add a new Virtual Service' }).click();
  await page.getByRole('heading', { name: `${layer} - Add a new Virtual Service` }).waitFor();
  await field(page, 'Virtual Service', 'Label').fill(label);
  await field(page, 'Virtual Service', 'IP Address').fill(address);
  await field(page, 'Virtual Service', 'Ports').fill(ports);
  if (isLayer7) {
    await field(page, 'Protocol', 'Layer 7 Protocol').selectOption({ label: 'TCP Mode' });
  } else {
    await field(page, 'Protocol', 'Protocol').selectOption({ label: 'TCP' });
    await field(page, 'Forwarding', 'Forwarding Method').selectOption({ label: forwarding });
  }
  await update(page);
  await told(page, `Virtual service ${label} was created.`);
}

async function modify(page, label) {
  await navigate(page, 'Cluster Configuration', `${layer} Virtual Services`);
  await page.getByRole('button', { name: `Modify ${label}`, exact: true }).click();
  await page.getByRole('heading', { name: `${layer} - Modify Virtual Service` }).waitFor();
}

async function withoutPersistence(page) {
  if (isLayer7) await field(page, 'Persistence', 'Persistence Mode').selectOption({ label: 'None' });
  else await field(page, 'Persistence', 'Enable').uncheck();
}

async function addServer(page, service, label, address) {
  await navigate(page, 'Cluster Configuration', `${layer} Real Servers`);
  await page.getByRole('button', { name: `Add a new Real Server: ${service}` }).click();
  await page.getByRole('heading', { name: `${layer} Add a new Real Server - ${service}` }).waitFor();
  await field(page, 'Real Server', 'Label').fill(label);
  await field(page, 'Real Server', 'Real Server IP Address').fill(address);
  for (const [name, standard] of [['Weight', '100'], ['Minimum Connections', '0'], ['Maximum Connections', '0']]) {
    await until(async () => (await field(page, 'Real Server', name).inputValue()) === standard, `${name} is not ${standard}`);
  }
  await update(page);
  await told(page, `Real server ${label} was created.`);
}

async function applicationServers(page) {
  await addService(page, { label: 'Papercut_WUI', address: farm.applications, ports: '9191,9192,9193' });
  await modify(page, 'Papercut_WUI');
  await withoutPersistence(page);
  await field(page, 'Health Checks', 'Check Type').selectOption({ label: 'Negotiate' });
  await until(async () => (await field(page, 'Health Checks', 'Check Port').inputValue()) === '', 'Check Port is not empty');
  await field(page, 'Health Checks', 'Request to send').fill(kRequest + farm.key);
  // The guide leaves the answer's body open; a passive server may answer 200 as well.
  await field(page, 'Health Checks', 'Response expected').fill('"status"\\s*:\\s*"OK"');
  await guidePicture(page, `${farm.method}-1-application-servers`);
  await update(page);
  await told(page, 'Papercut_WUI was updated.');
  for (const [label, address] of Object.entries(farm.applicationServers)) await addServer(page, 'Papercut_WUI', label, address);
}

async function printProvider(page) {
  await addService(page, { label: 'Print_Provider', address: farm.printing, ports: '445' });
  await modify(page, 'Print_Provider');
  await withoutPersistence(page);
  await update(page);
  // None is what layer 7 begins with.
  await told(page, isLayer7 ? 'Nothing was changed.' : 'Print_Provider was updated.');
  for (const [label, address] of Object.entries(farm.printServers)) await addServer(page, 'Print_Provider', label, address);
}

async function mobilityPrint(page) {
  await modify(page, 'Print_Provider');
  await page.getByRole('button', { name: 'Duplicate Service' }).click();
  await page.getByText('WARNING: Label Print_Provider already exists. A temporary label of Print_Provider-1 has been assigned.').waitFor();
  await (farm.method === 'dr' ? guidePicture : picture)(page, `${farm.method}-2-duplicate-service`);
  await field(page, 'Virtual Service', 'Label').fill('MobilityPrint');
  await field(page, 'Virtual Service', 'Ports').fill('53,9163,9164');
  if (isLayer7) await field(page, 'Protocol', 'Layer 7 Protocol').selectOption({ label: 'TCP Mode' });
  else await field(page, 'Protocol', 'Protocol').selectOption({ label: 'TCP/UDP' });
  await section(page, 'Health Checks').getByRole('button', { name: '[Advanced +]' }).click();
  await field(page, 'Health Checks', 'Check Port').fill('9163');
  await update(page);
  await told(page, 'Virtual service MobilityPrint was created.');
}

/** 14.1: everything green, but for the Application Server that stands by. */
async function overview(page) {
  await navigate(page, 'System Overview');
  const row = (service, server) => page.getByRole('row').filter({ has: page.getByRole('button', { name: `Explain ${server} (${service})` }) });
  for (const service of ['Print_Provider', 'MobilityPrint']) {
    for (const server of Object.keys(farm.printServers)) await row(service, server).getByText('Online', { exact: true }).waitFor();
  }
  await row('Papercut_WUI', farm.active).getByText('Online', { exact: true }).waitFor();
  await row('Papercut_WUI', farm.passive).getByText('passive: standing by').waitFor();
  await guidePicture(page, `${farm.method}-3-system-overview`);
}

await walk(`guide-${farm.method}`, async (page) => {
  await signIn(page);
  await page.getByText('No virtual service yet').waitFor();
  await applicationServers(page);
  await printProvider(page);
  await mobilityPrint(page);
  await overview(page);
});
