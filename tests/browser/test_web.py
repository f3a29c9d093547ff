"""The web interface in a real browser, on the client's machine, with the farm behind it."""

import pytest

from lab import guide
from lab.acme_server import AcmeServer
from lab.printing import Printing


def _print_a_page(farm) -> None:
    """Chapter 14.2: a job by SMB through the virtual address arrives whole."""
    run = Printing(farm)
    jobs = run.make_jobs(1, lambda _: 20_000)
    run.print_all(jobs)
    run.look_for(jobs)
    assert all(job.ok for job in jobs), jobs


def test_the_guide_can_be_followed_to_a_printed_page(empty_site):
    empty_site.walk("guide.mjs")
    guide.wait_until_green(empty_site.farm)
    _print_a_page(empty_site.farm)


def test_the_wizard_makes_the_same_out_of_six_questions(empty_dr_site):
    empty_dr_site.walk("wizard.mjs")
    guide.wait_until_green(empty_dr_site.farm)
    _print_a_page(empty_dr_site.farm)


def test_operators_find_what_they_need(site):
    site.walk("operate.mjs")


def test_layer_7_has_rules_headers_and_certificates(site):
    site.walk("layer7.mjs")


def test_certificates_are_ordered_from_an_acme_server(site):
    balancer = site.farm.balancer
    acme = AcmeServer(site.farm.client, site.farm.record.directory / "acme", site.facts["layer7"])
    acme.start()
    balancer.evenkeel("layer7-service", "add", "Names", "--address", site.facts["layer7"], "--ports", "443", "--mode", "http")
    balancer.stop()
    balancer.start(*site.arguments, "--acme-client", str(acme.client()))
    try:
        site.walk("acme.mjs", directory=acme.url)
    finally:
        balancer.evenkeel("layer7-service", "delete", "Names")
        balancer.stop()
        (balancer.state_directory / "web" / "certificate.pem").unlink()  # it makes its own again
        balancer.start(*site.arguments)
        for label in ("www", "nobody"):
            balancer.evenkeel("certificate", "delete", label, check=False)


def test_a_change_on_trial_is_kept_or_taken_back(site):
    site.walk("trial.mjs")


def test_a_backup_brings_everything_back(site):
    site.walk("backup.mjs")


def test_engines_show_their_files_and_the_fallback_page_runs_nothing(site):
    site.walk("engines.mjs")


def test_graphs_reach_from_an_hour_to_a_year(site):
    site.walk("graphs.mjs")


def test_every_form_says_what_is_wrong_with_what_nobody_should_write(site):
    site.farm.balancer.evenkeel("layer7-service", "add", "Attacked", "--address", site.facts["layer7"], "--ports", "8081")
    try:
        site.walk("forms.mjs", timeout=600.0)
    finally:
        site.farm.balancer.evenkeel("layer7-service", "delete", "Attacked")


def test_users_may_have_their_password_elsewhere(site):
    site.walk("users.mjs")


def test_logs_of_programs_are_read_followed_and_saved(site):
    site.walk("logs.mjs")


def test_attackers_are_told_in_words(site):
    site.walk("attacks.mjs")


def test_nothing_is_to_be_had_without_signing_in(site):
    site.walk("sign_in.mjs")


def test_a_page_is_stale_while_evenkeeld_is_away(site):
    walking = site.begin("stale.mjs")
    try:
        assert walking.stdout.readline() == "live\n", walking.stderr.read()
        site.farm.balancer.stop()
        assert walking.stdout.readline() == "stale\n", walking.stderr.read()
        site.farm.balancer.start(*site.arguments)
        assert walking.wait(60.0) == 0, walking.stderr.read()
    finally:
        walking.kill()
        walking.wait()


@pytest.mark.parametrize("width", [1280, 360])
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_every_page_is_accessible(site, theme, width):
    site.walk("pages.mjs", timeout=600.0, theme=theme, width=width)
