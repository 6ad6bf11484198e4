# Copyright (c) 2026, thordata.proxies contributors (@thordata-proxies)
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Moves the clock of each Python below a test by the seconds that the file MOVED_CLOCK holds."""

import os
import time

_real = time.time


def _moved():
    with open(os.environ["MOVED_CLOCK"], encoding="utf-8") as file:
        return _real() + float(file.read())


time.time = _moved
