#!/bin/sh
# Copyright (c) 2026, thordata.proxies contributors (@thordata-proxies)
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Answers squid, exit by exit, with the line of credentials that is in the exit's file below $1 now.
while read -r exit _; do
    if ! read -r answer < "${1}/${exit}"; then
        answer=ERR
    fi
    printf '%s\n' "${answer}"
done 2> /dev/null
