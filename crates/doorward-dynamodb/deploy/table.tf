# The table of doorward. What it is like is held equal to DynamoStore::create_table by a test.

terraform {
  required_version = ">= 1.3"
  required_providers {
    aws = { source = "hashicorp/aws", version = ">= 5.0" }
  }
}

variable "table_name" {
  type    = string
  default = "doorward"
}

# The ARN of a KMS key of your own; null for the key in your account that AWS manages.
variable "kms_key_arn" {
  type    = string
  default = null
}

resource "aws_dynamodb_table" "doorward" {
  name                        = var.table_name
  billing_mode                = "PAY_PER_REQUEST"
  hash_key                    = "pk"
  range_key                   = "sk"
  deletion_protection_enabled = true

  attribute {
    name = "pk"
    type = "S"
  }

  attribute {
    name = "sk"
    type = "S"
  }

  server_side_encryption {
    enabled     = true
    kms_key_arn = var.kms_key_arn
  }

  point_in_time_recovery {
    enabled = true
  }

  ttl {
    attribute_name = "ttl"
    enabled        = true
  }

  lifecycle {
    prevent_destroy = true
  }
}

output "table_arn" {
  value = aws_dynamodb_table.doorward.arn
}
