// A certificate from an ACME server: ordered for a virtual service, issued, used for the web interface too, renewed; and
// a server that is not there.

import { assert, farm, navigate, picture, row, signIn, told, walk } from './browser.mjs';

async function order(page, { label, directory, names, service }) {
  await page.getByRole('button', { name: 'Add a certificate' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel('Have an ACME server issue it').check();
  await dialog.getByRole('textbox', { name: 'Label', exact: true }).fill(label);
  await dialog.getByRole('combobox', { name: 'ACME server' }).selectOption({ label: 'Another one' });
  await dialog.getByRole('textbox', { name: 'Directory (URL)' }).fill(directory);
  await dialog.getByRole('textbox', { name: 'Names', exact: true }).fill(names);
  if (service) await dialog.getByRole('combobox', { name: 'Use it in' }).selectOption({ label: service });
  await dialog.getByRole('button', { name: 'Order', exact: true }).click();
  await dialog.getByText('an ACME server issues certificates to those who agree to its terms').waitFor();
  await dialog.getByLabel('I agree to the terms of the server').check();
  await picture(page, `acme-order-${label}`);
  await dialog.getByRole('button', { name: 'Order', exact: true }).click();
  await told(page, `Certificate ${label} is ordered`);
}

async function issued(page) {
  const mine = await row(page, 'www');
  await mine.getByText('renewed by itself').waitFor();
  await mine.getByText('Next renewal:').waitFor();
  await mine.getByText('Names', { exact: true }).waitFor();
  await picture(page, 'acme-issued');
}

const fingerprint = async (page) => {
  await page.getByRole('button', { name: 'www', exact: true }).click();
  const dialog = page.getByRole('dialog');
  const words = await dialog.getByText(/^([0-9A-F]{2}:){31}/).textContent();
  await dialog.getByText('HTTP-01: by a page at port 80').waitFor();
  await dialog.getByRole('button', { name: 'Close', exact: true }).click();
  return words;
};

async function renew(page) {
  const before = await fingerprint(page);
  await page.getByRole('button', { name: 'Renew now www' }).click();
  for (let tries = 0; (await fingerprint(page)) === before; tries += 1) {
    assert(tries < 60, 'it is the same certificate');
    await page.waitForTimeout(500);
  }
}

const webInterface = (page) => page.getByText('Web interface', { exact: true }).locator('xpath=ancestor::*[contains(@class, "-c-card")][last()]');

async function useForTheWebInterface(page) {
  const card = webInterface(page);
  await card.getByText('made by evenkeeld').waitFor();
  await card.getByRole('button', { name: 'Change' }).click();
  const dialog = page.getByRole('dialog');
  const choice = dialog.getByRole('combobox', { name: 'Certificate' });
  await choice.selectOption({ label: 'A file' });
  await dialog.getByText('the certificate before its issuers').waitFor();
  assert(await dialog.getByRole('button', { name: 'Use', exact: true }).isDisabled(), 'nothing is chosen yet');
  await choice.selectOption({ label: 'www' });
  await picture(page, 'web-certificate');
  await dialog.getByRole('button', { name: 'Use', exact: true }).click();
  await told(page, 'The web interface has another certificate');
  await card.getByText('www, which it follows').waitFor();
  await (await row(page, 'www')).getByText('web interface', { exact: true }).waitFor();
  await picture(page, 'web-certificate-followed');
}

async function cannotBeDeleted(page) {
  await page.getByRole('button', { name: 'Delete www' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByRole('button', { name: 'Delete', exact: true }).click();
  await dialog.getByText('the web interface use the certificate www').waitFor();
  await dialog.getByRole('button', { name: 'Cancel' }).click();
}

async function refused(page) {
  const mine = await row(page, 'nobody');
  await mine.getByText('not issued', { exact: true }).waitFor();
  await mine.getByText('Asked again:').waitFor();
  await picture(page, 'acme-refused');
}

await walk('acme', async (page) => {
  await signIn(page);
  await page.getByRole('heading', { name: 'System Overview' }).waitFor();
  await navigate(page, 'Cluster Configuration', 'Certificates');
  await order(page, { label: 'www', directory: farm.directory, names: 'www.example', service: 'Names' });
  await issued(page);
  await useForTheWebInterface(page);
  await renew(page);
  await webInterface(page).getByText(await fingerprint(page)).waitFor();
  await cannotBeDeleted(page);
  await order(page, { label: 'nobody', directory: farm.directory.replace('/dir', '/nothing'), names: 'nobody.example', service: 'Names' });
  await refused(page);
});
