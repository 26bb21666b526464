"""Makes an Active Directory domain that Samba can serve: provision.py FOLDER ADDRESS PASSWORD.

`samba-tool domain provision` would do, if it could leave the access lists of file shares alone: they need extended
attributes, which not every machine's file system has, and nobody here wants files. Certificate and key are expected as
FOLDER/certificate.pem and FOLDER/key.pem.
"""

import logging
import os
import sys

from samba.auth import system_session
from samba.dsdb import DS_DOMAIN_FUNCTION_2008_R2
from samba.param import LoadParm
from samba.provision import provision

# LDAP alone, on one address: nothing of it is seen by anybody else, and no name needs resolving. Samba lets a password
# be used for an hour after the next one was set, as Windows does; tests cannot wait for so long.
CONFIGURATION = """[global]
netbios name = DC
realm = EXAMPLE.TEST
workgroup = EXAMPLE
server role = active directory domain controller
server services = ldap
interfaces = {address}/8
bind interfaces only = yes
private dir = {folder}/private
state directory = {folder}/state
cache directory = {folder}/cache
lock directory = {folder}/lock
pid directory = {folder}/run
ncalrpc dir = {folder}/run/ncalrpc
binddns dir = {folder}/bind
logging = file
log file = {folder}/log
tls certfile = {folder}/certificate.pem
tls keyfile = {folder}/key.pem
tls cafile =
old password allowed period = 0
[sysvol]
path = {folder}/sysvol
[netlogon]
path = {folder}/sysvol/scripts
"""

folder, address, password = sys.argv[1:]
for name in ["private", "state", "cache", "lock", "run", "sysvol"]:
    os.makedirs(os.path.join(folder, name), exist_ok=True)
configuration = os.path.join(folder, "smb.conf")
with open(configuration, "w") as file:
    file.write(CONFIGURATION.format(folder=folder, address=address))
parameters = LoadParm()
parameters.load(configuration)
provision(
    logging.getLogger(),
    system_session(),
    smbconf=configuration,
    lp=parameters,
    realm="EXAMPLE.TEST",
    domain="EXAMPLE",
    hostname="dc",
    hostip=address,
    adminpass=password,
    serverrole="active directory domain controller",
    dom_for_fun_level=DS_DOMAIN_FUNCTION_2008_R2,
    dns_backend="NONE",
    nobody="nobody",
    users="users",
    root="root",
    batch_mode=True,
)
