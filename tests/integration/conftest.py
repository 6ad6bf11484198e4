# Copyright (c) 2026, thordata.proxies contributors (@thordata-proxies)
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the integration tests share: a simulator of their own, and a project that plays against it."""

from __future__ import annotations

import pytest
from ansible_project import Project
from built_archive import build, install

from simulator import Simulator

SEED = {"token": "simulatortoken0001", "key": "simulatorkey0001", "settings": {"features": {"key": True}}}


@pytest.fixture
def sim():
    """A simulator that checks keys too, so that wrong ones can be tried."""
    with Simulator(seed=SEED) as simulator:
        yield simulator


@pytest.fixture
def project(tmp_path, sim):
    return Project(tmp_path, sim)


@pytest.fixture(scope="session")
def archive(tmp_path_factory):
    """The archive of the collection."""
    return build(tmp_path_factory.mktemp("archive"))


@pytest.fixture(scope="session")
def installed(archive):
    """The folder into which the archive is installed."""
    return install(archive)
