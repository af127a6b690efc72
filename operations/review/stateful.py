"""Resources that do not come back as they were: what is lost with each."""

from collections.abc import Mapping

_DATA = "its data is lost"
_OUTAGE = "clients are refused until the new one serves"

STATEFUL: Mapping[str, str] = {
    "AWS::APS::Workspace": "its metrics are lost",
    "AWS::Cognito::UserPool": "its users are lost, and nobody can sign in",
    "AWS::DocDB::DBCluster": _DATA,
    "AWS::DocDB::DBInstance": _OUTAGE,
    "AWS::DynamoDB::GlobalTable": _DATA,
    "AWS::DynamoDB::Table": _DATA,
    "AWS::EC2::Subnet": "everything in it has to move first",
    "AWS::EC2::VPC": "everything in it has to move first",
    "AWS::ECR::Repository": "its images are lost, and with them what a rollback would go back to",
    "AWS::ECS::Cluster": "its services stop",
    "AWS::ECS::Service": "its tasks stop, and its deployments are forgotten",
    "AWS::EFS::FileSystem": _DATA,
    "AWS::ElastiCache::CacheCluster": _DATA,
    "AWS::ElastiCache::ReplicationGroup": _DATA,
    "AWS::ElastiCache::ServerlessCache": _DATA,
    "AWS::ElasticLoadBalancingV2::Listener": "its port stops answering",
    "AWS::ElasticLoadBalancingV2::LoadBalancer": "it gets another DNS name, and clients of the old one are refused",
    "AWS::ElasticLoadBalancingV2::TargetGroup": "clients get errors until its tasks are healthy in another",
    "AWS::FSx::FileSystem": _DATA,
    "AWS::IAM::OIDCProvider": "no workflow can take on a role until it is back",
    "AWS::Kinesis::Stream": _DATA,
    "AWS::KMS::Key": "what it encrypted can never be read again",
    "AWS::KMS::ReplicaKey": "what it encrypted can no longer be read in its region",
    "AWS::Logs::LogGroup": "its logs are lost",
    "AWS::Neptune::DBCluster": _DATA,
    "AWS::OpenSearchService::Domain": _DATA,
    "AWS::RDS::DBCluster": _DATA,
    "AWS::RDS::DBInstance": _DATA,
    "AWS::RDS::GlobalCluster": _DATA,
    "AWS::Redshift::Cluster": _DATA,
    "AWS::Route53::HostedZone": "it gets other name servers, and its names do not resolve until they are delegated",
    "AWS::S3::Bucket": "its objects are lost",
    "AWS::SecretsManager::Secret": "its value is lost, and what reads it fails",
    "AWS::SQS::Queue": "its messages are lost",
    "AWS::SSM::Parameter": "its history is lost",
}
"""By type, what happens when the resource is deleted, or replaced by an empty one."""

RETAINING = ("Retain", "RetainExceptOnCreate", "Snapshot")
"""Values of DeletionPolicy and UpdateReplacePolicy that leave the old resource, or a copy, where it is."""
