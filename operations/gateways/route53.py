"""What Route 53 knows of hosted zones."""

from operations.aws import Aws


class Route53:
    """Route 53, which has no regions."""

    def __init__(self, aws: Aws) -> None:
        self._client = aws.client("route53")

    def public_zone(self, name: str) -> str | None:
        """The id of the public hosted zone of that name, without `/hostedzone/`; None if the account has none.

        Where there are several of one name, the first that Route 53 lists.
        """
        listed = self._client.list_hosted_zones_by_name(DNSName=name)["HostedZones"]
        for zone in listed:
            if zone["Name"].rstrip(".") == name and not zone.get("Config", {}).get("PrivateZone"):
                return str(zone["Id"]).rpartition("/")[2]
        return None
