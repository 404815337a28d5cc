"""The compose file: every service is locked, every secret a file, every path there."""
import os
import re
import sys
import yaml

compose = yaml.safe_load(open(sys.argv[1]))
faults = []


def must(holds, fault):
    if not holds:
        faults.append(fault)


for name, service in compose["services"].items():
    must(service.get("read_only") is True, f"{name}: its root can be written")
    must(service.get("cap_drop") == ["ALL"] and "cap_add" not in service, f"{name}: capabilities")
    must("no-new-privileges:true" in service.get("security_opt", []), f"{name}: new privileges")
    must("privileged" not in service and "network_mode" not in service, f"{name}: the host's own")
    for port in service.get("ports", []):
        must(port.startswith("127.0.0.1:"), f"{name}: published to the world: {port}")
    for secret in service.get("secrets", []):
        must(secret in compose["secrets"], f"{name}: no secret {secret}")
    for need in service.get("depends_on", {}):
        must(need in compose["services"], f"{name}: no service {need}")
    for volume in service.get("volumes", []):
        source = volume.split(":")[0]
        must(source in compose["volumes"] or os.path.exists(source), f"{name}: no volume {source}")
    text = " ".join([*map(str, service.get("command", [])),
                     *map(str, service.get("environment", {}).values())])
    must(not re.search(r"password=|://[^ ]*@", text), f"{name}: a password in plain sight")
    build = service.get("build")
    if build:
        dockerfile = open(build["dockerfile"]).read()
        users = re.findall(r"^USER (\d+):\d+$", dockerfile, re.M)
        must(users and users[-1] != "0", f"{name}: {build['dockerfile']} ends as root")
        for copied in re.findall(r"^COPY (?!--)(.+) \S+$", dockerfile, re.M):
            for path in copied.split():
                must(os.path.exists(path), f"{name}: {build['dockerfile']} copies no {path}")
for name, secret in compose["secrets"].items():
    must(set(secret) == {"file"}, f"secret {name}: not a file")
profiles = {name: s.get("profiles", []) for name, s in compose["services"].items()}
must([n for n, p in profiles.items() if not p] == ["postgres", "migrate", "server"],
     f"without a profile: {profiles}")
must(profiles["standby"] == ["ha"] and profiles["prometheus"] == ["monitoring"], "profiles")
server = compose["services"]["server"]
must(server["secrets"] == ["chipledger"], "the server has more than the password that appends")
for fault in faults:
    print("compose.py:", fault, file=sys.stderr)
sys.exit(bool(faults))
