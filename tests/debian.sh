#!/bin/sh
# Debian packages by the file that shows that they are there. Without arguments: everything the tests drive;
# else only the packages named. What is missing is installed by root; anyone else is told what to type.
set -eu

found() {
	case $1 in
	*-venv) "${1%-venv}" -c 'import ensurepip' 2>/dev/null ;;
	postgresql) ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1 || command -v initdb >/dev/null ;;
	e2fsprogs) PATH=$PATH:/usr/sbin:/sbin command -v mkfs.ext4 >/dev/null ;;
	xfsprogs) PATH=$PATH:/usr/sbin:/sbin command -v mkfs.xfs >/dev/null ;;
	libc6-dev) [ -e /usr/include/stdio.h ] ;;
	libnginx-mod-http-dav-ext) [ -e /usr/lib/nginx/modules/ngx_http_dav_ext_module.so ] ;;
	*) command -v "$1" >/dev/null ;;
	esac
}

[ $# -gt 0 ] || set -- cadaver chromium-headless-shell curl e2fsprogs gcc libc6-dev litmus postgresql rclone xfsprogs
missing=
for package; do
	found "$package" || missing="$missing $package"
done
[ -n "$missing" ] || exit 0

if [ "$(id -u)" != 0 ] || ! command -v apt-get >/dev/null; then
	echo "Missing here. On Debian type this as root, then try again: apt-get install$missing" >&2
	exit 1
fi
echo "installing$missing" >&2
export DEBIAN_FRONTEND=noninteractive
apt-get update -qq
apt-get install -qq -y --no-install-recommends $missing >/dev/null
